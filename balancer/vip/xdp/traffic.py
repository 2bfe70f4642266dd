"""How much went through, by VIP or backend."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traffic:
    """Packets and their octets, without outer headers; names are those of the status.

    Args:
        packets: sent on to a backend.
        bytes: their octets.
        returned_packets: sent back to clients, where backends answer by way of us.
        returned_bytes: their octets.
    """

    packets: int = 0
    bytes: int = 0
    returned_packets: int = 0
    returned_bytes: int = 0

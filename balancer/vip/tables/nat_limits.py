"""Bounds of translation: which ports are ours to give, for how many flows, how long."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NatLimits:
    """What the balancer may keep of translated flows; times are of silence.

    Another flow gets a silent one's port, or its place in the table, only after these.

    Args:
        first_port: the first of the ports that packets to backends come from.
        ports: how many there are.
        flows: most that are translated at a time.
        open_s: for a TCP connection that both sides have opened (RFC 5382 5, REQ-5).
        half_open_s: for one that they have not; not the RFC's four minutes, or whoever
            floods us with SYNs would have all ports for as long.
        closed_s: for one that both sides have closed, or one has reset: as long as a
            backend remembers it too, so that no new one is taken for it.
        datagram_s: for UDP (RFC 4787 4.3, REQ-5).
    """

    first_port: int = 10_000
    ports: int = 22_768
    flows: int = 65_536
    open_s: float = 7_440.0
    half_open_s: float = 30.0
    closed_s: float = 60.0
    datagram_s: float = 300.0


def nat_limits(ports: range, flows: int, idle_s: float) -> NatLimits:
    """Return the limits of a range of ports; nothing lasts longer than `idle_s`."""
    usual = NatLimits()
    return NatLimits(
        first_port=ports[0],
        ports=len(ports),
        flows=flows,
        open_s=idle_s,
        half_open_s=min(usual.half_open_s, idle_s),
        closed_s=min(usual.closed_s, idle_s),
        datagram_s=min(usual.datagram_s, idle_s),
    )

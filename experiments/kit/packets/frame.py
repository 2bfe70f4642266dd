"""A captured frame: its bytes, where and when it was seen, and which way it went."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame at the network's end of a host's link.

    Args:
        time_ns: the kernel's time stamp, nanoseconds since the epoch.
        port: the host whose link it is.
        to_host: True on its way to the host, False when the host sent it.
        data: its first octets, from the Ethernet header on.
        length: its whole length in octets.
    """

    time_ns: int
    port: str
    to_host: bool
    data: bytes
    length: int

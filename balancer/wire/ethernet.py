"""Ethernet II headers, and octets of hardware addresses as people write them."""

from dataclasses import dataclass
from enum import IntEnum
from struct import Struct

from ..errors import WireError
from .cursor import Cursor

_HEADER = Struct("!6s6sH")  # destination, source, EtherType
SIZE = _HEADER.size


class EtherType(IntEnum):
    """The EtherTypes that we name (IANA "ETHER TYPES"); GRE uses the same."""

    IPV4 = 0x0800
    ARP = 0x0806
    IPV6 = 0x86DD


@dataclass(frozen=True, slots=True)
class Ethernet:
    """A header without tags; hardware addresses are six octets."""

    destination: bytes
    source: bytes
    ethertype: int

    @classmethod
    def from_wire(cls, cursor: Cursor) -> "Ethernet":
        """Read a header; WireError when fewer than 14 octets are left."""
        octets = cursor.take(SIZE)
        return cls(octets[0:6], octets[6:12], int.from_bytes(octets[12:14], "big"))

    def to_wire(self) -> bytes:
        """Return the 14 octets."""
        return _HEADER.pack(self.destination, self.source, self.ethertype)


def mac_octets(text: str) -> bytes:
    """Return the six octets of "02:00:01:00:00:01"; WireError when it is none."""
    try:
        octets = bytes.fromhex(text.replace(":", ""))
    except ValueError as error:
        raise WireError(f"{text!r} is no hardware address") from error
    if len(octets) != 6 or len(text) != 17:
        raise WireError(f"{text!r} is no hardware address")
    return octets

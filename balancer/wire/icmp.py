"""ICMP and ICMPv6 messages about a packet that was too big."""

from dataclasses import dataclass
from struct import Struct

from ..errors import WireError
from .checksum import checksum, pseudo_header6
from .cursor import Cursor

_HEADER = Struct("!BBHI")  # type, code, checksum, MTU (ICMP: two octets of zero first)
SIZE = _HEADER.size
PROTOCOL4 = 1
PROTOCOL6 = 58
_FRAGMENTATION_NEEDED = (3, 4)  # RFC 1191
_PACKET_TOO_BIG = (2, 0)  # RFC 4443 3.2


@dataclass(frozen=True, slots=True)
class TooBig:
    """ICMP "fragmentation needed" or ICMPv6 "packet too big", with its quote."""

    mtu: int
    quote: bytes

    @classmethod
    def from_wire(cls, cursor: Cursor, version: int) -> "TooBig":
        """Read a message to the end; WireError when it is another one."""
        kind, code, _, mtu = cursor.unpack(_HEADER)
        if (kind, code) != _kind(version):
            raise WireError(f"ICMP type {kind} code {code} is not about a size")
        return cls(mtu & 0xFFFF if version == 4 else mtu, cursor.rest())

    def to_wire4(self) -> bytes:
        """Return the ICMP message with its checksum."""
        return self._to_wire(_FRAGMENTATION_NEEDED, b"")

    def to_wire6(self, source: int, destination: int) -> bytes:
        """Return the ICMPv6 message; its checksum covers both addresses."""
        length = SIZE + len(self.quote)
        pseudo = pseudo_header6(source, destination, length, PROTOCOL6)
        return self._to_wire(_PACKET_TOO_BIG, pseudo)

    def _to_wire(self, kind: tuple[int, int], pseudo: bytes) -> bytes:
        check = checksum(pseudo + _HEADER.pack(*kind, 0, self.mtu) + self.quote)
        return _HEADER.pack(*kind, check, self.mtu) + self.quote


def _kind(version: int) -> tuple[int, int]:
    return _FRAGMENTATION_NEEDED if version == 4 else _PACKET_TOO_BIG

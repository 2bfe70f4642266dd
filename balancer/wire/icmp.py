"""ICMP and ICMPv6: which messages are errors or pings, and those about a size."""

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


# Destination unreachable, time exceeded, parameter problem, and in IPv6 too big.
_ERRORS = {4: (3, 11, 12), 6: (1, 2, 3, 4)}
_ECHO_REQUEST = {4: (8, 0), 6: (128, 0)}
PROTOCOL = {4: PROTOCOL4, 6: PROTOCOL6}
ECHO_REPLY = {4: 0, 6: 129}


@dataclass(frozen=True, slots=True)
class Icmp:
    """The fixed part of a message."""

    kind: int
    code: int
    check: int
    rest: int

    @classmethod
    def from_wire(cls, cursor: Cursor) -> "Icmp":
        """Read the 8 octets; WireError when fewer are left."""
        return cls(*cursor.unpack(_HEADER))

    def to_wire(self) -> bytes:
        """Return the 8 octets; the checksum is `check`, as it is."""
        return _HEADER.pack(self.kind, self.code, self.check, self.rest)

    def is_ping(self, version: int) -> bool:
        """Whether it asks for an echo."""
        return (self.kind, self.code) == _ECHO_REQUEST[version]

    def is_error(self, version: int) -> bool:
        """Whether it quotes a packet that went wrong, to tell who sent it."""
        return self.kind in _ERRORS[version]


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

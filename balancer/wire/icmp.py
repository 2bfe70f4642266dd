"""ICMP and ICMPv6: which messages are errors or pings; those about a size, or a TTL."""

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
_TTL_EXCEEDED4 = (11, 0)  # RFC 792
_TTL_EXCEEDED6 = (3, 0)  # RFC 4443 3.3


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
        return _error(_FRAGMENTATION_NEEDED, self.mtu, self.quote)

    def to_wire6(self, source: int, destination: int) -> bytes:
        """Return the ICMPv6 message; its checksum covers both addresses."""
        pseudo = _pseudo6(source, destination, self.quote)
        return _error(_PACKET_TOO_BIG, self.mtu, self.quote, pseudo)


def _kind(version: int) -> tuple[int, int]:
    return _FRAGMENTATION_NEEDED if version == 4 else _PACKET_TOO_BIG


def time_exceeded4(quote: bytes) -> bytes:
    """Return ICMP "time to live exceeded in transit", with its checksum."""
    return _error(_TTL_EXCEEDED4, 0, quote)


def time_exceeded6(source: int, destination: int, quote: bytes) -> bytes:
    """Return ICMPv6 "hop limit exceeded in transit"; the checksum covers both ends."""
    return _error(_TTL_EXCEEDED6, 0, quote, _pseudo6(source, destination, quote))


def _pseudo6(source: int, destination: int, quote: bytes) -> bytes:
    return pseudo_header6(source, destination, SIZE + len(quote), PROTOCOL6)


def _error(
    kind: tuple[int, int], rest: int, quote: bytes, pseudo: bytes = b""
) -> bytes:
    check = checksum(pseudo + _HEADER.pack(*kind, 0, rest) + quote)
    return _HEADER.pack(*kind, check, rest) + quote

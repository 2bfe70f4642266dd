"""IPv4 headers (RFC 791); addresses are integers, as in `FiveTuple`."""

from dataclasses import dataclass
from struct import Struct

from ..errors import WireError
from .checksum import checksum
from .cursor import Cursor

# version and header length, TOS, total length, identification, flags and fragment
# offset, TTL, protocol, checksum, source, destination
_HEADER = Struct("!BBHHHBBHII")
_BEFORE_CHECKSUM, _AFTER_CHECKSUM = 10, 12
SIZE = _HEADER.size
DONT_FRAGMENT = 0x4000
FRAGMENT_MASK = 0x3FFF  # more-fragments flag and offset


@dataclass(frozen=True, slots=True)
class Ipv4:
    """A header; `total_length` includes it, `options` are its octets beyond 20."""

    source: int
    destination: int
    protocol: int
    total_length: int
    tos: int = 0
    ttl: int = 64
    identification: int = 0
    fragment: int = DONT_FRAGMENT  # flags and offset, as on the wire
    options: bytes = b""

    @property
    def header_length(self) -> int:
        """Octets of this header."""
        return SIZE + len(self.options)

    @property
    def is_fragment(self) -> bool:
        """Whether this is one of several pieces of a packet."""
        return bool(self.fragment & FRAGMENT_MASK)

    @classmethod
    def from_wire(cls, cursor: Cursor, *, quoted: bool = False) -> "Ipv4":
        """Read a header whose packet is whole in `cursor`; the checksum is not judged.

        `quoted` is for the packet in an ICMP error, which is seldom whole.

        Raises:
            WireError: cut short, another version, or lengths that cannot be.
        """
        available = cursor.remaining
        fields = cursor.unpack(_HEADER)
        first, tos, total_length, identification, fragment, ttl, protocol = fields[:7]
        header_length = (first & 0x0F) * 4
        if first >> 4 != 4 or header_length < SIZE:
            raise WireError(f"no IPv4 header starts with {first:#04x}")
        if not (quoted or header_length <= total_length <= available):
            raise WireError(f"IPv4 total length {total_length} of {available}")
        return cls(
            source=fields[8],
            destination=fields[9],
            protocol=protocol,
            total_length=total_length,
            tos=tos,
            ttl=ttl,
            identification=identification,
            fragment=fragment,
            options=cursor.take(header_length - SIZE),
        )

    def to_wire(self) -> bytes:
        """Return the header with its checksum."""
        header = self._pack() + self.options
        check = checksum(header).to_bytes(2, "big")
        return header[:_BEFORE_CHECKSUM] + check + header[_AFTER_CHECKSUM:]

    def _pack(self) -> bytes:
        return _HEADER.pack(
            4 << 4 | self.header_length // 4,
            self.tos,
            self.total_length,
            self.identification,
            self.fragment,
            self.ttl,
            self.protocol,
            0,
            self.source,
            self.destination,
        )

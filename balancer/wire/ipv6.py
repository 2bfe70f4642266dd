"""IPv6 headers (RFC 8200) without extensions; addresses are integers."""

from dataclasses import dataclass
from struct import Struct

from ..errors import WireError
from .cursor import Cursor

# version, traffic class and flow label; payload length; next header; hop limit;
# source and destination in two halves each
_HEADER = Struct("!IHBBQQQQ")
SIZE = _HEADER.size
_LOW = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Ipv6:
    """A header; `payload_length` excludes it, `next_header` may be an extension's."""

    source: int
    destination: int
    next_header: int
    payload_length: int
    traffic_class: int = 0
    flow_label: int = 0
    hop_limit: int = 64

    @classmethod
    def from_wire(cls, cursor: Cursor, *, quoted: bool = False) -> "Ipv6":
        """Read a header whose packet is whole in `cursor`.

        `quoted` is for the packet in an ICMP error, which is seldom whole.

        Raises:
            WireError: cut short, another version, or a length that cannot be.
        """
        first, payload_length, next_header, hop_limit, *halves = cursor.unpack(_HEADER)
        if first >> 28 != 6:
            raise WireError(f"no IPv6 header starts with {first:#010x}")
        if payload_length > cursor.remaining and not quoted:
            raise WireError(f"IPv6 payload {payload_length} of {cursor.remaining}")
        return cls(
            source=halves[0] << 64 | halves[1],
            destination=halves[2] << 64 | halves[3],
            next_header=next_header,
            payload_length=payload_length,
            traffic_class=first >> 20 & 0xFF,
            flow_label=first & 0xFFFFF,
            hop_limit=hop_limit,
        )

    def to_wire(self) -> bytes:
        """Return the 40 octets."""
        return _HEADER.pack(
            6 << 28 | self.traffic_class << 20 | self.flow_label,
            self.payload_length,
            self.next_header,
            self.hop_limit,
            self.source >> 64,
            self.source & _LOW,
            self.destination >> 64,
            self.destination & _LOW,
        )

"""GRE headers (RFC 2784) without options but a key (RFC 2890)."""

from dataclasses import dataclass
from struct import Struct

from ..errors import WireError
from .cursor import Cursor

PROTOCOL = 47  # in the IP header before it
_HEADER = Struct("!HH")  # flags and version, protocol (an EtherType)
_KEY = Struct("!I")
_HAS_KEY = 0x2000
SIZE = _HEADER.size
KEYED_SIZE = SIZE + _KEY.size


@dataclass(frozen=True, slots=True)
class Gre:
    """A header; `protocol` is the EtherType of what follows."""

    protocol: int
    key: int | None = None

    @classmethod
    def from_wire(cls, cursor: Cursor) -> "Gre":
        """Read a header; WireError when it is cut short, or has more than a key."""
        flags, protocol = cursor.unpack(_HEADER)
        if flags & ~_HAS_KEY:
            raise WireError(f"GRE flags {flags:#06x}: options are not understood")
        return cls(protocol, cursor.unpack(_KEY)[0] if flags else None)

    def to_wire(self) -> bytes:
        """Return the 4 octets, or 8 with a key."""
        if self.key is None:
            return _HEADER.pack(0, self.protocol)
        return _HEADER.pack(_HAS_KEY, self.protocol) + _KEY.pack(self.key)

"""GRE headers without options (RFC 2784): what our balancer writes."""

from dataclasses import dataclass
from struct import Struct

from ..errors import WireError
from .cursor import Cursor

PROTOCOL = 47  # in the IP header before it
_HEADER = Struct("!HH")  # flags and version, protocol (an EtherType)
SIZE = _HEADER.size


@dataclass(frozen=True, slots=True)
class Gre:
    """A header; `protocol` is the EtherType of what follows."""

    protocol: int

    @classmethod
    def from_wire(cls, cursor: Cursor) -> "Gre":
        """Read a header; WireError when it is cut short, or has flags or a version."""
        flags, protocol = cursor.unpack(_HEADER)
        if flags:
            raise WireError(f"GRE flags {flags:#06x}: options are not understood")
        return cls(protocol)

    def to_wire(self) -> bytes:
        """Return the 4 octets."""
        return _HEADER.pack(0, self.protocol)

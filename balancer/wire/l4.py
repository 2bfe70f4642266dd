"""TCP and UDP headers as far as a balancer looks: ports, and TCP's flags."""

from dataclasses import dataclass
from enum import IntFlag
from struct import Struct

from .cursor import Cursor

# source port, destination port, sequence number, acknowledgement number,
# data offset, flags, window, checksum, urgent pointer
_TCP = Struct("!HHIIBBHHH")
_UDP = Struct("!HHHH")  # source port, destination port, length, checksum
TCP_SIZE = _TCP.size
UDP_SIZE = _UDP.size


class TcpFlag(IntFlag):
    """The control bits of TCP (RFC 9293 3.1)."""

    FIN = 0x01
    SYN = 0x02
    RST = 0x04
    PSH = 0x08
    ACK = 0x10
    URG = 0x20
    ECE = 0x40
    CWR = 0x80


@dataclass(frozen=True, slots=True)
class Tcp:
    """A TCP header without options."""

    source_port: int
    destination_port: int
    flags: int
    sequence: int = 0
    acknowledgement: int = 0
    window: int = 0
    check: int = 0
    data_offset: int = TCP_SIZE // 4

    @classmethod
    def from_wire(cls, cursor: Cursor) -> "Tcp":
        """Read the fixed 20 octets; WireError when fewer are left."""
        (
            source,
            destination,
            sequence,
            acknowledgement,
            offset,
            flags,
            window,
            check,
            _,
        ) = cursor.unpack(_TCP)
        return cls(
            source,
            destination,
            flags,
            sequence,
            acknowledgement,
            window,
            check,
            offset >> 4,
        )

    def to_wire(self) -> bytes:
        """Return the 20 octets; the checksum is `check`, as it is."""
        return _TCP.pack(
            self.source_port,
            self.destination_port,
            self.sequence,
            self.acknowledgement,
            self.data_offset << 4,
            self.flags,
            self.window,
            self.check,
            0,
        )


@dataclass(frozen=True, slots=True)
class Udp:
    """A UDP header; `length` includes it."""

    source_port: int
    destination_port: int
    length: int = UDP_SIZE
    check: int = 0

    @classmethod
    def from_wire(cls, cursor: Cursor) -> "Udp":
        """Read the 8 octets; WireError when fewer are left."""
        return cls(*cursor.unpack(_UDP))

    def to_wire(self) -> bytes:
        """Return the 8 octets; the checksum is `check`, as it is."""
        return _UDP.pack(
            self.source_port, self.destination_port, self.length, self.check
        )

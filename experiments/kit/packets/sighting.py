"""A captured frame, understood: its flow, its tunnel, and what no hop may change."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from balancer.errors import WireError
from balancer.model import Address, Protocol
from balancer.wire import ethernet, l4
from balancer.wire.cursor import Cursor

from .frame import Frame
from .peeled import Packet, Tunnel, packets


class Flow(NamedTuple):
    """One direction of a conversation; a dictionary key per packet."""

    source: Address
    destination: Address
    source_port: int
    destination_port: int

    def reversed(self) -> "Flow":
        """Return the other direction."""
        return Flow(
            self.destination, self.source, self.destination_port, self.source_port
        )

    def __str__(self) -> str:
        return (
            f"{_socket(self.source, self.source_port)} > "
            f"{_socket(self.destination, self.destination_port)}"
        )


@dataclass(frozen=True, slots=True)
class Sighting:
    """A TCP or UDP packet at a port.

    Args:
        frame: where, when, and its octets.
        flow: source and destination of the packet, of the inner one in a tunnel.
        tunnel: what it is in, None when it travels plain.
        protocol: TCP or UDP.
        flags: TCP's flags, 0 for UDP.
        segment: the TCP or UDP header with its checksum, the same at every hop.
        payload: what was captured of the octets behind that header.
        payload_length: how many octets there were behind it.
    """

    frame: Frame
    flow: Flow
    tunnel: Tunnel | None
    protocol: Protocol
    flags: int
    segment: bytes
    payload: bytes
    payload_length: int

    @property
    def ip_length(self) -> int:
        """Octets of the (outer) IP packet."""
        return self.frame.length - ethernet.SIZE

    def __str__(self) -> str:
        way = "to" if self.frame.to_host else "from"
        outer = f" in {self.tunnel}" if self.tunnel else ""
        what = f"{self.protocol.name} {self.payload_length} octets"
        return f"{what} {self.flow}{outer}, {way} {self.frame.port}"


def sightings(frames: Iterable[Frame]) -> Iterator[Sighting]:
    """Yield what is TCP or UDP among `frames`, in order of time."""
    for packet in packets(frames):
        if packet.is_fragment or packet.protocol not in (Protocol.TCP, Protocol.UDP):
            continue
        try:
            yield _understand(packet)
        except WireError:
            continue  # Not for us to judge: the data plane counts malformed packets.


def _understand(packet: Packet) -> Sighting:
    protocol, octets = Protocol(packet.protocol), packet.payload
    header, length = _read_l4(Cursor(octets), protocol)
    return Sighting(
        frame=packet.frame,
        flow=Flow(packet.source, packet.destination, header[0], header[1]),
        tunnel=packet.tunnel,
        protocol=protocol,
        flags=header[2],
        segment=octets[:length],
        payload=octets[length:],
        payload_length=packet.length - packet.header_length - length,
    )


def _read_l4(cursor: Cursor, protocol: Protocol) -> tuple[tuple[int, int, int], int]:
    """Return source port, destination port and flags; and the header's length."""
    if protocol is Protocol.UDP:
        udp = l4.Udp.from_wire(cursor)
        return (udp.source_port, udp.destination_port, 0), l4.UDP_SIZE
    tcp = l4.Tcp.from_wire(cursor)
    return (tcp.source_port, tcp.destination_port, tcp.flags), tcp.data_offset * 4


def _socket(address: Address, port: int) -> str:
    return f"{address}:{port}" if address.version == 4 else f"[{address}]:{port}"

"""A captured frame, understood: its flow, its tunnel, and what no hop may change."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from balancer.errors import WireError
from balancer.model import Address, Protocol
from balancer.wire import ethernet, l4
from balancer.wire.cursor import Cursor
from balancer.wire.ethernet import Ethernet, EtherType
from balancer.wire.gre import Gre
from balancer.wire.ipv4 import Ipv4
from balancer.wire.ipv6 import Ipv6

from .frame import Frame

GRE_PROTOCOL = 47


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
        tunnel: outer source and destination, None when it travels plain.
        protocol: TCP or UDP.
        flags: TCP's flags, 0 for UDP.
        segment: the TCP or UDP header with its checksum, the same at every hop.
        payload: what was captured of the octets behind that header.
        payload_length: how many octets there were behind it.
    """

    frame: Frame
    flow: Flow
    tunnel: tuple[Address, Address] | None
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
        outer = f" in GRE {self.tunnel[0]} > {self.tunnel[1]}" if self.tunnel else ""
        what = f"{self.protocol.name} {self.payload_length} octets"
        return f"{what} {self.flow}{outer}, {way} {self.frame.port}"


class _Ip(NamedTuple):
    source: Address
    destination: Address
    protocol: int
    payload_length: int


def sightings(frames: Iterable[Frame]) -> Iterator[Sighting]:
    """Yield what is TCP or UDP among `frames`, in order of time."""
    for frame in sorted(frames, key=lambda frame: frame.time_ns):
        try:
            sighting = _understand(frame)
        except WireError:
            continue  # Not for us to judge: the data plane counts malformed packets.
        if sighting is not None:
            yield sighting


def _understand(frame: Frame) -> Sighting | None:
    # Captures are cut short; zeros in the place of the rest keep lengths true.
    cursor = Cursor(frame.data.ljust(frame.length, b"\0"))
    ip = _read_ip(cursor, Ethernet.from_wire(cursor).ethertype)
    tunnel = None
    if ip is not None and ip.protocol == GRE_PROTOCOL:
        tunnel = ip.source, ip.destination
        ip = _read_ip(cursor, Gre.from_wire(cursor).protocol)
    if ip is None or ip.protocol not in (Protocol.TCP, Protocol.UDP):
        return None
    start = cursor.position
    header, length = _read_l4(cursor, Protocol(ip.protocol))
    return Sighting(
        frame=frame,
        flow=Flow(ip.source, ip.destination, header[0], header[1]),
        tunnel=tunnel,
        protocol=Protocol(ip.protocol),
        flags=header[2],
        segment=frame.data[start : start + length],
        payload=frame.data[start + length : start + ip.payload_length],
        payload_length=ip.payload_length - length,
    )


def _read_ip(cursor: Cursor, ethertype: int) -> _Ip | None:
    if ethertype == EtherType.IPV4:
        v4 = Ipv4.from_wire(cursor)
        length = v4.total_length - v4.header_length
        if v4.is_fragment:
            return None
        return _Ip(_v4(v4.source), _v4(v4.destination), v4.protocol, length)
    if ethertype == EtherType.IPV6:
        v6 = Ipv6.from_wire(cursor)
        ends = _v6(v6.source), _v6(v6.destination)
        return _Ip(*ends, v6.next_header, v6.payload_length)
    return None


def _read_l4(cursor: Cursor, protocol: Protocol) -> tuple[tuple[int, int, int], int]:
    """Return source port, destination port and flags; and the header's length."""
    if protocol is Protocol.UDP:
        udp = l4.Udp.from_wire(cursor)
        return (udp.source_port, udp.destination_port, 0), l4.UDP_SIZE
    tcp = l4.Tcp.from_wire(cursor)
    return (tcp.source_port, tcp.destination_port, tcp.flags), tcp.data_offset * 4


# A few dozen addresses make up all packets; making each anew costs more than parsing.
@lru_cache(maxsize=4096)
def _v4(value: int) -> IPv4Address:
    return IPv4Address(value)


@lru_cache(maxsize=4096)
def _v6(value: int) -> IPv6Address:
    return IPv6Address(value)


def _socket(address: Address, port: int) -> str:
    return f"{address}:{port}" if address.version == 4 else f"[{address}]:{port}"

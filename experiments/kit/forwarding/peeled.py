"""A captured frame without its outer headers: the packet inside, as it was sent."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from balancer.errors import WireError
from balancer.model import Address
from balancer.wire.cursor import Cursor
from balancer.wire.ethernet import Ethernet, EtherType
from balancer.wire.gre import PROTOCOL as GRE
from balancer.wire.gre import Gre
from balancer.wire.ipv4 import Ipv4
from balancer.wire.ipv6 import SIZE as IPV6_SIZE
from balancer.wire.ipv6 import Ipv6
from balancer.wire.l4 import Udp

from ..frame import Frame

# IANA protocol numbers: IPv4 and IPv6 in IP, and the port of GUE.
IPV4_IN_IP, IPV6_IN_IP, UDP, GUE_PORT = 4, 41, 17, 9886
ETHERTYPES = {
    4: EtherType.IPV4,
    6: EtherType.IPV6,
    IPV4_IN_IP: EtherType.IPV4,
    IPV6_IN_IP: EtherType.IPV6,
}


@dataclass(frozen=True, slots=True)
class Packet:
    """An IP packet, the innermost one of its frame.

    Args:
        frame: where and when it was seen.
        overhead: octets of IP in front of it.
        version: 4 or 6.
        source: who sent it, to `destination`.
        protocol: what is behind its header.
        ttl: or hop limit.
        tos: or traffic class.
        length: of the whole packet, in octets.
        header_length: of its IP header.
        octets: of it as far as they were captured.
    """

    frame: Frame
    overhead: int
    version: int
    source: Address
    destination: Address
    protocol: int
    ttl: int
    tos: int
    length: int
    header_length: int
    octets: bytes

    @property
    def is_whole(self) -> bool:
        """Whether all of it was captured."""
        return len(self.octets) == self.length

    @property
    def payload(self) -> bytes:
        """What is behind the IP header, as far as it was captured."""
        return self.octets[self.header_length :]


def packets(frames: Iterable[Frame]) -> Iterator[Packet]:
    """Yield the IP packets among `frames`, in order of time."""
    for frame in sorted(frames, key=lambda frame: frame.time_ns):
        try:
            packet = _peel(frame)
        except WireError:
            continue  # Not for us to judge: the data plane counts malformed packets.
        if packet is not None:
            yield packet


@dataclass(frozen=True, slots=True)
class _Ip:
    header: Ipv4 | Ipv6
    start: int

    @property
    def protocol(self) -> int:
        if isinstance(self.header, Ipv4):
            return self.header.protocol
        return self.header.next_header


def _peel(frame: Frame) -> Packet | None:
    # Captures are cut short; zeros in the place of the rest keep lengths true.
    cursor = Cursor(frame.data.ljust(frame.length, b"\0"))
    ip = _read_ip(cursor, Ethernet.from_wire(cursor).ethertype)
    if ip is None:
        return None
    first = ip.start
    while (inner := _inside(ip, cursor)) is not None:
        ip = inner
    return _packet(frame, ip, ip.start - first)


def _read_ip(cursor: Cursor, ethertype: int) -> _Ip | None:
    start = cursor.position
    if ethertype == EtherType.IPV4:
        return _Ip(Ipv4.from_wire(cursor), start)
    if ethertype == EtherType.IPV6:
        return _Ip(Ipv6.from_wire(cursor), start)
    return None


def _inside(ip: _Ip, cursor: Cursor) -> _Ip | None:
    """Return the packet inside of one whose header was just read, None for none."""
    if ip.protocol == GRE:
        return _read_ip(cursor, Gre.from_wire(cursor).protocol)
    if ip.protocol in (IPV4_IN_IP, IPV6_IN_IP):
        return _read_ip(cursor, ETHERTYPES[ip.protocol])
    if ip.protocol == UDP and Udp.from_wire(cursor).destination_port == GUE_PORT:
        return _behind_gue(cursor)
    return None


def _behind_gue(cursor: Cursor) -> _Ip | None:
    """GUE's variant 1 is known by the version of the packet inside."""
    version = cursor.take(1)[0] >> 4
    cursor.position -= 1
    return _read_ip(cursor, ETHERTYPES.get(version, 0))


def _packet(frame: Frame, ip: _Ip, overhead: int) -> Packet:
    data = frame.data[ip.start :]
    header = ip.header
    if isinstance(header, Ipv4):
        return Packet(
            frame=frame,
            overhead=overhead,
            version=4,
            source=IPv4Address(header.source),
            destination=IPv4Address(header.destination),
            protocol=header.protocol,
            ttl=header.ttl,
            tos=header.tos,
            length=header.total_length,
            header_length=header.header_length,
            octets=data[: header.total_length],
        )
    length = IPV6_SIZE + header.payload_length
    return Packet(
        frame=frame,
        overhead=overhead,
        version=6,
        source=IPv6Address(header.source),
        destination=IPv6Address(header.destination),
        protocol=header.next_header,
        ttl=header.hop_limit,
        tos=header.traffic_class,
        length=length,
        header_length=IPV6_SIZE,
        octets=data[:length],
    )

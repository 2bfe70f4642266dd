"""A captured frame without its outer headers: the packet inside, as it was sent."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

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

from .frame import Frame

# IANA protocol numbers: IPv4 and IPv6 in IP, and the port of GUE.
IPV4_IN_IP, IPV6_IN_IP, UDP, GUE_PORT = 4, 41, 17, 9886
NAMES = {GRE: "GRE", IPV4_IN_IP: "IPIP", IPV6_IN_IP: "IPIP", UDP: "GUE"}
ETHERTYPES = {
    4: EtherType.IPV4,
    6: EtherType.IPV6,
    IPV4_IN_IP: EtherType.IPV4,
    IPV6_IN_IP: EtherType.IPV6,
}


class Tunnel(NamedTuple):
    """An outer header: its name, and its ends."""

    name: str
    source: Address
    destination: Address

    def __str__(self) -> str:
        return f"{self.name} {self.source} > {self.destination}"


@dataclass(frozen=True, slots=True)
class Packet:
    """An IP packet, the innermost one of its frame.

    Args:
        frame: where and when it was seen.
        tunnel: what it is in, None when it travels plain.
        overhead: octets of IP in front of it.
        version: 4 or 6.
        source: who sent it, to `destination`.
        protocol: what is behind its header.
        ttl: or hop limit.
        tos: or traffic class.
        length: of the whole packet, in octets.
        header_length: of its IP header.
        is_fragment: whether it is a piece of a packet.
        octets: of it as far as they were captured.
    """

    frame: Frame
    tunnel: Tunnel | None
    overhead: int
    version: int
    source: Address
    destination: Address
    protocol: int
    ttl: int
    tos: int
    length: int
    header_length: int
    is_fragment: bool
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
            packet = peel(frame)
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


def peel(frame: Frame) -> Packet | None:
    """Return the innermost IP packet of a frame, None for none; else WireError."""
    # Captures are cut short; zeros in the place of the rest keep lengths true.
    cursor = Cursor(frame.data.ljust(frame.length, b"\0"))
    ip = _read_ip(cursor, Ethernet.from_wire(cursor).ethertype)
    if ip is None:
        return None
    first = ip
    while (inner := _inside(ip, cursor)) is not None:
        ip = inner
    tunnel = None if ip is first else _tunnel(first)
    return _packet(frame, ip, tunnel, ip.start - first.start)


def _tunnel(ip: _Ip) -> Tunnel:
    return Tunnel(NAMES[ip.protocol], *_ends(ip.header))


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


def _packet(frame: Frame, ip: _Ip, tunnel: Tunnel | None, overhead: int) -> Packet:
    data = frame.data[ip.start :]
    header = ip.header
    source, destination = _ends(header)
    if isinstance(header, Ipv4):
        return Packet(
            frame=frame,
            tunnel=tunnel,
            overhead=overhead,
            version=4,
            source=source,
            destination=destination,
            protocol=header.protocol,
            ttl=header.ttl,
            tos=header.tos,
            length=header.total_length,
            header_length=header.header_length,
            is_fragment=header.is_fragment,
            octets=data[: header.total_length],
        )
    length = IPV6_SIZE + header.payload_length
    return Packet(
        frame=frame,
        tunnel=tunnel,
        overhead=overhead,
        version=6,
        source=source,
        destination=destination,
        protocol=header.next_header,
        ttl=header.hop_limit,
        tos=header.traffic_class,
        length=length,
        header_length=IPV6_SIZE,
        is_fragment=False,
        octets=data[:length],
    )


def _ends(header: Ipv4 | Ipv6) -> tuple[Address, Address]:
    if isinstance(header, Ipv4):
        return _v4(header.source), _v4(header.destination)
    return _v6(header.source), _v6(header.destination)


# A few dozen addresses make up all packets; making each anew costs more than parsing.
@lru_cache(maxsize=4096)
def _v4(value: int) -> IPv4Address:
    return IPv4Address(value)


@lru_cache(maxsize=4096)
def _v6(value: int) -> IPv6Address:
    return IPv6Address(value)

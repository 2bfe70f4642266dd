"""A packet as far as the balancer looks: the reference of bpf/parse.h."""

from dataclasses import dataclass

from ..model import FiveTuple, Protocol
from ..wire.cursor import Cursor
from ..wire.ethernet import SIZE as ETHERNET_SIZE
from ..wire.ethernet import EtherType
from ..wire.ipv4 import Ipv4
from ..wire.ipv6 import SIZE as IPV6_SIZE
from ..wire.ipv6 import Ipv6
from ..wire.l4 import Tcp, TcpFlag, Udp


@dataclass(frozen=True, slots=True)
class IpPacket:
    """What both IP headers say; `length` is the packet's, and `tos` IPv6's class."""

    ethertype: EtherType
    version: int
    source: int
    destination: int
    protocol: int
    tos: int
    length: int
    is_fragment: bool
    has_options: bool
    l4_start: int

    @property
    def end(self) -> int:
        """Where the packet ends in its frame, which may be padded beyond it."""
        return ETHERNET_SIZE + self.length


def parse_ip(frame: bytes, ethertype: int) -> IpPacket:
    """Return the IP packet in `frame`; WireError when it is malformed."""
    cursor = Cursor(frame, ETHERNET_SIZE)
    if ethertype == EtherType.IPV4:
        return _from_ipv4(Ipv4.from_wire(cursor), cursor)
    return _from_ipv6(Ipv6.from_wire(cursor), cursor)


def parse_flow(frame: bytes, packet: IpPacket) -> tuple[FiveTuple, bool]:
    """Return the five-tuple of a TCP or UDP packet, and whether it is a SYN.

    Raises:
        WireError: its TCP or UDP header is cut short.
    """
    cursor = Cursor(frame, packet.l4_start, packet.end)
    header: Tcp | Udp
    if packet.protocol == Protocol.TCP:
        header = Tcp.from_wire(cursor)
        syn = bool(header.flags & TcpFlag.SYN)
    else:
        header = Udp.from_wire(cursor)
        syn = False
    return _flow(packet, header), syn


def is_balanced(protocol: int) -> bool:
    """Whether VIPs exist for this IP protocol."""
    return protocol in (Protocol.TCP, Protocol.UDP)


def _flow(packet: IpPacket, header: Tcp | Udp) -> FiveTuple:
    return FiveTuple(
        packet.version,
        packet.source,
        packet.destination,
        packet.protocol,
        header.source_port,
        header.destination_port,
    )


def _from_ipv4(header: Ipv4, cursor: Cursor) -> IpPacket:
    return IpPacket(
        ethertype=EtherType.IPV4,
        version=4,
        source=header.source,
        destination=header.destination,
        protocol=header.protocol,
        tos=header.tos,
        length=header.total_length,
        is_fragment=header.is_fragment,
        has_options=bool(header.options),
        l4_start=cursor.position,
    )


def _from_ipv6(header: Ipv6, cursor: Cursor) -> IpPacket:
    return IpPacket(
        ethertype=EtherType.IPV6,
        version=6,
        source=header.source,
        destination=header.destination,
        protocol=header.next_header,
        tos=header.traffic_class,
        length=IPV6_SIZE + header.payload_length,
        is_fragment=False,
        has_options=False,
        l4_start=cursor.position,
    )

"""A packet as far as the balancer looks: the reference of bpf/parse.h."""

from dataclasses import dataclass, replace
from enum import Enum, auto
from ipaddress import IPv4Address

from ...model import FiveTuple, Protocol
from ...wire.cursor import Cursor
from ...wire.ethernet import SIZE as ETHERNET_SIZE
from ...wire.ethernet import EtherType
from ...wire.extensions import walk
from ...wire.ipv4 import DONT_FRAGMENT, FRAGMENT_MASK, Ipv4
from ...wire.ipv6 import SIZE as IPV6_SIZE
from ...wire.ipv6 import Ipv6
from ...wire.l4 import Tcp, TcpFlag, Udp
from .hosts import is_martian_address

_OFFSET_MASK = 0x1FFF


class Kind(Enum):
    """What a packet is to its flow."""

    FIRST = auto()  # with TCP's SYN
    LATER = auto()  # any other; the first of a UDP flow cannot be told
    ERROR = auto()  # an ICMP error that quotes the other direction


@dataclass(frozen=True, slots=True)
class IpPacket:
    """What both IP headers say; `length` is the packet's, and `tos` IPv6's class.

    `fragment` has the offset in units of 8 octets, and 0x2000 when more follow;
    `has_options` says of IPv6 that there are extension headers.
    """

    ethertype: EtherType
    version: int
    source: int
    destination: int
    protocol: int
    tos: int
    ttl: int
    length: int
    fragment: int
    dont_fragment: bool
    has_options: bool
    l4_start: int

    @property
    def end(self) -> int:
        """Where the packet ends in its frame, which may be padded beyond it."""
        return ETHERNET_SIZE + self.length

    @property
    def is_later_fragment(self) -> bool:
        """Whether the protocol's header is in another packet."""
        return bool(self.fragment & _OFFSET_MASK)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A packet of a VIP's flow, in its frame; `second` may have the flow otherwise."""

    frame: bytes
    packet: IpPacket
    flow: FiveTuple
    kind: Kind
    second: IPv4Address | None = None


def parse_ip(frame: bytes, ethertype: int) -> IpPacket:
    """Return the IP packet in `frame`; WireError when it is malformed."""
    cursor = Cursor(frame, ETHERNET_SIZE)
    if ethertype == EtherType.IPV4:
        return from_ipv4(Ipv4.from_wire(cursor), cursor)
    return from_ipv6(Ipv6.from_wire(cursor), cursor)


def skip_extensions(packet: IpPacket, cursor: Cursor) -> IpPacket:
    """Return an IPv6 packet as it is behind its extension headers.

    Raises:
        WireError: they cannot be walked.
    """
    start = cursor.position
    chain = walk(cursor, packet.protocol)
    return replace(
        packet,
        protocol=chain.protocol,
        fragment=chain.fragment,
        has_options=cursor.position != start,
        l4_start=cursor.position,
    )


def parse_flow(frame: bytes, packet: IpPacket) -> tuple[FiveTuple, Kind]:
    """Return the five-tuple of a TCP or UDP packet, and what it is to its flow.

    Raises:
        WireError: its TCP or UDP header is cut short.
    """
    cursor = Cursor(frame, packet.l4_start, packet.end)
    header: Tcp | Udp
    kind = Kind.LATER
    if packet.protocol == Protocol.TCP:
        header = Tcp.from_wire(cursor)
        if header.flags & TcpFlag.SYN:
            kind = Kind.FIRST
    else:
        header = Udp.from_wire(cursor)
    return flow_of(packet, header.source_port, header.destination_port), kind


def flow_of(packet: IpPacket, source_port: int, destination_port: int) -> FiveTuple:
    """Return the five-tuple of a packet; fragments have 0 for both ports."""
    return FiveTuple(
        packet.version,
        packet.source,
        packet.destination,
        packet.protocol,
        source_port,
        destination_port,
    )


def is_balanced(protocol: int) -> bool:
    """Whether VIPs exist for this IP protocol."""
    return protocol in (Protocol.TCP, Protocol.UDP)


def is_martian(packet: IpPacket) -> bool:
    """Whether no host can have sent it: see `is_martian_address`.

    Nor does one send to a VIP from the VIP (a "land" attack): whoever answered that,
    as through translation it would be, answered itself.
    """
    if packet.source == packet.destination:
        return True
    return is_martian_address(packet.version, packet.source)


def from_ipv4(header: Ipv4, cursor: Cursor) -> IpPacket:
    """Return the packet of a header that ends at `cursor`."""
    return IpPacket(
        ethertype=EtherType.IPV4,
        version=4,
        source=header.source,
        destination=header.destination,
        protocol=header.protocol,
        tos=header.tos,
        ttl=header.ttl,
        length=header.total_length,
        fragment=header.fragment & FRAGMENT_MASK,
        dont_fragment=bool(header.fragment & DONT_FRAGMENT),
        has_options=bool(header.options),
        l4_start=cursor.position,
    )


def from_ipv6(header: Ipv6, cursor: Cursor) -> IpPacket:
    """Return the packet of a header that ends at `cursor`, extensions not looked at."""
    return IpPacket(
        ethertype=EtherType.IPV6,
        version=6,
        source=header.source,
        destination=header.destination,
        protocol=header.next_header,
        tos=header.traffic_class,
        ttl=header.hop_limit,
        length=IPV6_SIZE + header.payload_length,
        fragment=0,
        dont_fragment=True,
        has_options=False,
        l4_start=cursor.position,
    )

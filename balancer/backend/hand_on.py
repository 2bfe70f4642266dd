"""The second chance: what belongs to no connection of ours goes on to another backend.

The reference of bpf/segment.h and bpf/hand_on.h. A balancer that does not know a flow
names the one that may have it otherwise; here the kernel's sockets say whether we do.
"""

from dataclasses import replace
from ipaddress import IPv4Address

from ..errors import WireError
from ..model import FiveTuple, Protocol
from ..wire import icmp, ipv6
from ..wire.cursor import Cursor
from ..wire.ethernet import Ethernet, EtherType
from ..wire.gre import Gre
from ..wire.icmp import Icmp
from ..wire.ipv4 import Ipv4
from ..wire.ipv6 import Ipv6
from ..wire.l4 import Tcp, TcpFlag, Udp

_HOPS = 64


def connection_of(inner: bytes, ethertype: int) -> FiveTuple | None:
    """Return the connection that a packet belongs to; None when it need not have one.

    One that must is a TCP segment, but no SYN, with which a connection begins, or an
    ICMP error that quotes a segment of ours; each right behind its IP header, and no
    fragment. What is malformed is the stack's to judge.
    """
    try:
        if ethertype == EtherType.IPV4:
            return _connection4(inner)
        return _connection6(inner)
    except WireError:
        return None


def hand_on(frame: bytes, second: IPv4Address) -> bytes:
    """Return the frame for another backend, back by the way that it came.

    `frame` has GRE with a key over IPv4 without options. It keeps its length: the key
    becomes 0, so that there is no third chance. Its source is ours now, for the peer
    takes packets from balancers and peers alone.
    """
    cursor = Cursor(frame)
    link, outer = Ethernet.from_wire(cursor), Ipv4.from_wire(cursor)
    payload = Gre.from_wire(cursor).protocol
    back = Ethernet(link.source, link.destination, link.ethertype)
    turned = replace(
        outer, source=outer.destination, destination=int(second), ttl=_HOPS
    )
    return back.to_wire() + turned.to_wire() + Gre(payload, 0).to_wire() + cursor.rest()


def _connection4(inner: bytes) -> FiveTuple | None:
    cursor = Cursor(inner)
    header = Ipv4.from_wire(cursor)
    if header.is_fragment:
        return None
    body = Cursor(inner, cursor.position, header.total_length)
    if header.protocol == icmp.PROTOCOL4 and Icmp.from_wire(body).is_error(4):
        quoted = Ipv4.from_wire(body, quoted=True)
        is_ours = quoted.protocol == Protocol.TCP and not quoted.is_fragment
        return _turned(4, quoted.destination, quoted.source, body) if is_ours else None
    if header.protocol != Protocol.TCP:
        return None
    return _of_segment(4, header.source, header.destination, body)


def _connection6(inner: bytes) -> FiveTuple | None:
    cursor = Cursor(inner)
    header = Ipv6.from_wire(cursor)
    body = Cursor(inner, ipv6.SIZE, ipv6.SIZE + header.payload_length)
    if header.next_header == icmp.PROTOCOL6 and Icmp.from_wire(body).is_error(6):
        quoted = Ipv6.from_wire(body, quoted=True)
        is_ours = quoted.next_header == Protocol.TCP
        return _turned(6, quoted.destination, quoted.source, body) if is_ours else None
    if header.next_header != Protocol.TCP:
        return None
    return _of_segment(6, header.source, header.destination, body)


def _of_segment(
    version: int, source: int, destination: int, body: Cursor
) -> FiveTuple | None:
    tcp = Tcp.from_wire(body)
    if tcp.flags & TcpFlag.SYN:
        return None
    ports = tcp.source_port, tcp.destination_port
    return FiveTuple(version, source, destination, Protocol.TCP, *ports)


def _turned(version: int, source: int, destination: int, quote: Cursor) -> FiveTuple:
    """Return the connection of a segment that we sent, as its answers have it."""
    ports = Udp.from_wire(quote)  # TCP's begin in the same way
    ends = ports.destination_port, ports.source_port
    return FiveTuple(version, source, destination, Protocol.TCP, *ends)

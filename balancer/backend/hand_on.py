"""The second chance: what belongs to no connection of ours goes on to another backend.

The reference of bpf/segment.h and bpf/hand_on.h. A balancer that does not know a flow
names the one that may have it otherwise; here the kernel's sockets say whether we do.
"""

from dataclasses import replace
from ipaddress import IPv4Address

from ..errors import WireError
from ..model import FiveTuple, Protocol
from ..wire.cursor import Cursor
from ..wire.ethernet import Ethernet, EtherType
from ..wire.gre import Gre
from ..wire.ipv4 import Ipv4
from ..wire.ipv6 import Ipv6
from ..wire.l4 import TCP_SIZE, Tcp, TcpFlag

_HOPS = 64


def connection_of(inner: bytes, ethertype: int) -> FiveTuple | None:
    """Return the connection that a packet belongs to; None when it need not have one.

    One that must is a whole TCP segment right behind the IP header, and no SYN, with
    which a connection begins. What is malformed is the stack's to judge.
    """
    cursor = Cursor(inner)
    try:
        if ethertype == EtherType.IPV4:
            return _connection4(Ipv4.from_wire(cursor), cursor)
        return _connection6(Ipv6.from_wire(cursor), cursor)
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


def _connection4(header: Ipv4, cursor: Cursor) -> FiveTuple | None:
    if header.protocol != Protocol.TCP or header.is_fragment:
        return None
    room = header.total_length - header.header_length
    return _connection(4, header.source, header.destination, cursor, room)


def _connection6(header: Ipv6, cursor: Cursor) -> FiveTuple | None:
    if header.next_header != Protocol.TCP:
        return None
    ends = header.source, header.destination
    return _connection(6, *ends, cursor, header.payload_length)


def _connection(
    version: int, source: int, destination: int, cursor: Cursor, room: int
) -> FiveTuple | None:
    if room < TCP_SIZE:
        return None
    tcp = Tcp.from_wire(cursor)
    if tcp.flags & TcpFlag.SYN:
        return None
    ports = tcp.source_port, tcp.destination_port
    return FiveTuple(version, source, destination, Protocol.TCP, *ports)

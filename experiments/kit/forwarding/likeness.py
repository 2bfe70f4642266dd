"""What of a client's packets a backend gets: field by field, and whole. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from balancer.model import Protocol
from balancer.wire.checksum import checksum, pseudo_header4, pseudo_header6
from balancer.wire.cursor import Cursor
from balancer.wire.l4 import TCP_SIZE, Tcp, TcpFlag

from ..packets.peeled import Packet

# What routers may change (RFC 1812 5.3.1, RFC 8200 section 3): TTL and, in IPv4, the
# header's checksum.
CHANGING = {4: (slice(8, 9), slice(10, 12)), 6: (slice(7, 8),)}
MSS_OPTION = 2


class Aspect(StrEnum):
    """What may be the same at both ends."""

    SOURCE = "source address"
    DESTINATION = "destination address"
    PORTS = "ports"
    TOS = "DSCP and ECN"
    SEQUENCE = "sequence numbers"
    OPTIONS = "TCP options"


@dataclass(frozen=True, slots=True)
class Likeness:
    """The client's packets of a connection beside those that its backend got.

    Args:
        sent: packets that the client sent.
        same: of these, that the backend got octet for octet, but for the TTL, as
            far as they were captured.
        aspects: what all SYNs have in common.
        hops: by how much the TTL was less.
        wrong_sums: packets at the backend whose TCP checksum is wrong.
    """

    sent: int
    same: int
    aspects: tuple[Aspect, ...]
    hops: int
    wrong_sums: int


def likeness(sent: Sequence[Packet], got: Sequence[Packet]) -> Likeness:
    """Compare what a client sent on a connection with what came at a backend."""
    if not sent or not got:
        return Likeness(len(sent), 0, (), 0, 0)
    left = list(got)
    same = 0
    for packet in sent:
        twin = next((it for it in left if _is_same(packet, it)), None)
        if twin is not None:
            left.remove(twin)
            same += 1
    first, then = sent[0], got[0]
    return Likeness(
        sent=len(sent),
        same=same,
        aspects=tuple(it for it in Aspect if _aspect(it, first) == _aspect(it, then)),
        hops=first.ttl - then.ttl,
        wrong_sums=sum(not has_right_sum(packet) for packet in got if packet.is_whole),
    )


def tcp_of(packet: Packet) -> Tcp:
    """Return a packet's TCP header; WireError when it has none."""
    return Tcp.from_wire(Cursor(packet.payload))


def has_right_sum(packet: Packet) -> bool:
    """Whether the TCP checksum of a packet that is whole is right."""
    ends = int(packet.source), int(packet.destination)
    pseudo = pseudo_header4 if packet.version == 4 else pseudo_header6
    segment = packet.payload
    return not checksum(pseudo(*ends, len(segment), Protocol.TCP) + segment)


def offered_mss(packets: Sequence[Packet]) -> int:
    """Return the MSS that the first SYN-ACK among `packets` offers; 0 for none."""
    for packet in packets:
        tcp = tcp_of(packet)
        if tcp.flags & TcpFlag.SYN and tcp.flags & TcpFlag.ACK:
            return _mss(_options(packet))
    return 0


def _is_same(one: Packet, other: Packet) -> bool:
    """Whether two packets are one, as far as both were captured."""
    if (one.version, one.length) != (other.version, other.length):
        return False
    seen = min(len(one.octets), len(other.octets))
    return _lasting(one)[:seen] == _lasting(other)[:seen]


def _lasting(packet: Packet) -> bytes:
    """Return a packet's octets, with zeros for those that routers change."""
    octets = bytearray(packet.octets)
    for place in CHANGING[packet.version]:
        octets[place] = bytes(place.stop - place.start)
    return bytes(octets)


def _aspect(aspect: Aspect, packet: Packet) -> object:
    tcp = tcp_of(packet)
    return {
        Aspect.SOURCE: packet.source,
        Aspect.DESTINATION: packet.destination,
        Aspect.PORTS: (tcp.source_port, tcp.destination_port),
        Aspect.TOS: packet.tos,
        Aspect.SEQUENCE: tcp.sequence,
        Aspect.OPTIONS: _options(packet),
    }[aspect]


def _options(packet: Packet) -> bytes:
    cursor = Cursor(packet.payload)
    tcp = Tcp.from_wire(cursor)
    return cursor.take(tcp.data_offset * 4 - TCP_SIZE)


def _mss(options: bytes) -> int:
    """Return the MSS among options (RFC 9293 3.1); 0 when it is not there."""
    cursor = Cursor(options)
    while cursor.remaining:
        kind = cursor.take(1)[0]
        if kind == 0:
            break
        if kind == 1:
            continue
        body = cursor.take(cursor.take(1)[0] - 2)
        if kind == MSS_OPTION:
            return int.from_bytes(body, "big")
    return 0

"""The reference: what a backend makes of one frame; bpf/take_off.h does the same."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from ..errors import WireError
from ..model import Address, FiveTuple, Forwarding
from ..vip.tables.modes import TUNNELS
from ..wire import ecn
from ..wire.checksum import replace_word
from ..wire.cursor import Cursor
from ..wire.ethernet import Ethernet, EtherType
from .hand_on import connection_of, hand_on
from .outer import Outer, read_outer
from .payload import Payload, read_payload
from .verdict import Dropped, HandedOn, Passed, Reason, Stripped, Verdict

HasConnection = Callable[[FiveTuple], bool]

_CHECK_AT = 10
# Octets before the destination, with which both headers end.
_DESTINATION_AT = {EtherType.IPV4: 16, EtherType.IPV6: 24}


@dataclass(frozen=True, slots=True)
class Rules:
    """Whose packets are taken, and for whom.

    Args:
        mac: our hardware address, six octets.
        balancers: allowed outer sources.
        vips: allowed inner destinations.
        encapsulations: the modes that are taken off; others are left to the stack.
        peers: other backends, to whom is handed on what is theirs, and who do so.
    """

    mac: bytes
    balancers: frozenset[Address]
    vips: frozenset[Address]
    encapsulations: frozenset[Forwarding] = TUNNELS
    peers: frozenset[IPv4Address] = frozenset()

    def concern(self, outer: Outer) -> bool:
        """Whether a packet is ours to judge."""
        if outer.mode not in self.encapsulations:
            return False
        return outer.is_certain or outer.source in self.balancers

    def take_from(self, source: Address) -> bool:
        """Whether this is an outer source of ours."""
        return source in self.balancers or source in self.peers

    def second(self, outer: Outer, payload: Payload) -> IPv4Address | None:
        """Return to whom a packet may be handed on: a peer, by a balancer's word."""
        if payload.second in self.peers and outer.source in self.balancers:
            return payload.second
        return None


@dataclass(frozen=True, slots=True)
class Opened:
    """A frame with a packet inside that is from one of ours.

    Args:
        frame: all of it.
        ethernet: its header.
        outer: what the outer IP header says.
        payload: what stands behind that.
        inner: the packet inside, and what pads the frame.
    """

    frame: bytes
    ethernet: Ethernet
    outer: Outer
    payload: Payload
    inner: bytes


def strip(
    frame: bytes, rules: Rules, has_connection: HasConnection = lambda _: True
) -> Verdict:
    """Return what becomes of a received Ethernet frame.

    `has_connection` says whether this machine has a TCP connection.
    """
    cursor = Cursor(frame)
    try:
        ethernet = Ethernet.from_wire(cursor)
    except WireError:
        return Passed(Reason.NOT_FOR_US)
    if ethernet.destination != rules.mac:
        return Passed(Reason.NOT_FOR_US)
    outer = read_outer(cursor, ethernet.ethertype)
    if outer is None or not rules.concern(outer):
        return Passed(Reason.NOT_ENCAPSULATED)
    if not outer.is_plain:
        return Dropped(Reason.MALFORMED)
    if not rules.take_from(outer.source):
        return Dropped(Reason.STRANGER)
    payload = read_payload(outer, cursor)
    if isinstance(payload, Reason):
        return Dropped(payload)
    opened = Opened(frame, ethernet, outer, payload, cursor.rest())
    return _judge(opened, rules, has_connection)


def _judge(opened: Opened, rules: Rules, has_connection: HasConnection) -> Verdict:
    if not _is_for(rules.vips, opened):
        return Dropped(Reason.NOT_A_VIP)
    if second := rules.second(opened.outer, opened.payload):
        connection = connection_of(opened.inner, opened.payload.ethertype)
        if connection and not has_connection(connection):
            return HandedOn(hand_on(opened.frame, second))
    return _stripped(opened)


def _stripped(opened: Opened) -> Stripped | Dropped:
    """Leave the inner packet, which is told what the outer header says."""
    ethertype, link = opened.payload.ethertype, opened.ethernet
    ip = bytearray(opened.inner)
    tell = _tell_ecn4 if ethertype == EtherType.IPV4 else _tell_ecn6
    if not tell(ip, opened.outer.tos & ecn.MASK):
        return Dropped(Reason.CE_DROPPED)
    header = Ethernet(link.destination, link.source, ethertype)
    return Stripped(header.to_wire() + ip)


def _tell_ecn4(ip: bytearray, outer_ecn: int) -> bool:
    """Take over what the outer header says; return False when that is impossible."""
    told = ecn.combine(outer_ecn, ip[1] & ecn.MASK)
    if told is None:
        return False
    old = int.from_bytes(ip[:2], "big")
    ip[1] = ip[1] & ~ecn.MASK | told
    check = int.from_bytes(ip[_CHECK_AT : _CHECK_AT + 2], "big")
    if (new := int.from_bytes(ip[:2], "big")) != old:
        check = replace_word(check, old, new)
    ip[_CHECK_AT : _CHECK_AT + 2] = check.to_bytes(2, "big")
    return True


def _tell_ecn6(ip: bytearray, outer_ecn: int) -> bool:
    """As `_tell_ecn4`; the traffic class ends in the second octet's upper half."""
    told = ecn.combine(outer_ecn, ip[1] >> 4 & ecn.MASK)
    if told is None:
        return False
    ip[1] = ip[1] & ~(ecn.MASK << 4) | told << 4
    return True


def _is_for(vips: frozenset[Address], opened: Opened) -> bool:
    ethertype, cursor = opened.payload.ethertype, Cursor(opened.inner)
    try:
        cursor.take(_DESTINATION_AT[ethertype])
        if ethertype == EtherType.IPV4:
            return IPv4Address(cursor.take(4)) in vips
        return IPv6Address(cursor.take(16)) in vips
    except WireError:
        return False

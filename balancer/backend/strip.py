"""The reference: what a backend makes of one frame; bpf/decap.bpf.c does the same."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from ..errors import WireError
from ..model import Address, Forwarding
from ..vip.forwarding.modes import TUNNELS
from ..wire import ecn
from ..wire.checksum import replace_word
from ..wire.cursor import Cursor
from ..wire.ethernet import Ethernet, EtherType
from .outer import Outer, read_outer
from .payload import read_payload
from .verdict import Dropped, Passed, Reason, Stripped, Verdict

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
    """

    mac: bytes
    balancers: frozenset[Address]
    vips: frozenset[Address]
    encapsulations: frozenset[Forwarding] = TUNNELS

    def concern(self, outer: Outer) -> bool:
        """Whether a packet is ours to judge."""
        if outer.mode not in self.encapsulations:
            return False
        return outer.is_certain or outer.source in self.balancers


def strip(frame: bytes, rules: Rules) -> Verdict:
    """Return what becomes of a received Ethernet frame."""
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
    if outer.source not in rules.balancers:
        return Dropped(Reason.STRANGER)
    inner = read_payload(outer, cursor)
    if isinstance(inner, Reason):
        return Dropped(inner)
    return _strip(
        Ethernet(ethernet.destination, ethernet.source, inner), outer, cursor, rules
    )


def _strip(header: Ethernet, outer: Outer, cursor: Cursor, rules: Rules) -> Verdict:
    """Take off what stands before the cursor, and put `header` there."""
    start = cursor.position
    try:
        destination = _destination(cursor, header.ethertype)
    except WireError:
        return Dropped(Reason.NOT_A_VIP)
    if destination not in rules.vips:
        return Dropped(Reason.NOT_A_VIP)
    cursor.position = start
    ip = bytearray(cursor.rest())
    tell = _tell_ecn4 if header.ethertype == EtherType.IPV4 else _tell_ecn6
    if not tell(ip, outer.tos & ecn.MASK):
        return Dropped(Reason.CE_DROPPED)
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


def _destination(cursor: Cursor, ethertype: int) -> Address:
    """Return the destination in the inner header, read to its end."""
    cursor.take(_DESTINATION_AT[EtherType(ethertype)])
    if ethertype == EtherType.IPV4:
        return IPv4Address(cursor.take(4))
    return IPv6Address(cursor.take(16))

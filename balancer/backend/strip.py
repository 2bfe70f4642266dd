"""The reference: what a backend makes of one frame; bpf/decap.bpf.c does the same."""

from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address

from ..errors import WireError
from ..model import Address
from ..wire import ecn, gre, ipv4
from ..wire.checksum import replace_word
from ..wire.cursor import Cursor
from ..wire.ethernet import Ethernet, EtherType
from ..wire.gre import Gre
from ..wire.ipv4 import Ipv4

_GRE_PROTOCOL = 47
_OUTER_SIZE = ipv4.SIZE + gre.SIZE
_CHECK_AT = 10
# Octets before the destination, with which both headers end.
_DESTINATION_AT = {EtherType.IPV4: 16, EtherType.IPV6: 24}


class Reason(IntEnum):
    """Why a frame got its verdict; `bpf/reasons.h` is the same list."""

    # Passed on as it came.
    NOT_FOR_US = 0  # another hardware address
    NOT_GRE = 1
    # Dropped.
    MALFORMED = 2
    STRANGER = 3  # not from a balancer of ours
    GRE_OPTIONS = 4
    OTHER_PAYLOAD = 5  # neither IPv4 nor IPv6
    NOT_A_VIP = 6  # the inner destination
    CE_DROPPED = 7  # congestion, told to a packet that cannot carry it (RFC 6040)
    # Passed on without its outer headers.
    DECAPSULATED = 8


@dataclass(frozen=True, slots=True)
class Rules:
    """Whose packets are taken, and for whom.

    Args:
        mac: our hardware address, six octets.
        balancers: allowed outer sources.
        vips: allowed inner destinations.
    """

    mac: bytes
    balancers: frozenset[IPv4Address]
    vips: frozenset[Address]


@dataclass(frozen=True, slots=True)
class Stripped:
    """Pass `frame`, the inner packet, to the machine's own stack."""

    frame: bytes
    reason: Reason = Reason.DECAPSULATED


@dataclass(frozen=True, slots=True)
class Passed:
    """Pass the frame as it came."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Dropped:
    """Forget the frame."""

    reason: Reason


def strip(frame: bytes, rules: Rules) -> Stripped | Passed | Dropped:
    """Return what becomes of a received Ethernet frame."""
    cursor = Cursor(frame)
    try:
        ethernet = Ethernet.from_wire(cursor)
    except WireError:
        return Passed(Reason.NOT_FOR_US)
    if ethernet.destination != rules.mac:
        return Passed(Reason.NOT_FOR_US)
    try:
        outer = _outer(ethernet, cursor)
    except WireError:
        return Passed(Reason.NOT_GRE)  # The stack finds out itself what it is.
    if outer.protocol != _GRE_PROTOCOL:
        return Passed(Reason.NOT_GRE)
    if outer.options or outer.is_fragment or outer.total_length < _OUTER_SIZE:
        return Dropped(Reason.MALFORMED)
    if IPv4Address(outer.source) not in rules.balancers:
        return Dropped(Reason.STRANGER)
    return _strip_gre(ethernet, outer.tos & ecn.MASK, cursor, rules)


def _outer(ethernet: Ethernet, cursor: Cursor) -> Ipv4:
    if ethernet.ethertype != EtherType.IPV4:
        raise WireError("no IPv4")
    return Ipv4.from_wire(cursor)


def _strip_gre(
    ethernet: Ethernet, outer_ecn: int, cursor: Cursor, rules: Rules
) -> Stripped | Dropped:
    try:
        protocol = Gre.from_wire(cursor).protocol
    except WireError:
        return Dropped(Reason.GRE_OPTIONS)
    if protocol not in _DESTINATION_AT:
        return Dropped(Reason.OTHER_PAYLOAD)
    start = cursor.position
    try:
        destination = _destination(cursor, EtherType(protocol))
    except WireError:
        return Dropped(Reason.NOT_A_VIP)
    if destination not in rules.vips:
        return Dropped(Reason.NOT_A_VIP)
    cursor.position = start
    ip = bytearray(cursor.rest())
    tell = _tell_ecn4 if protocol == EtherType.IPV4 else _tell_ecn6
    if not tell(ip, outer_ecn):
        return Dropped(Reason.CE_DROPPED)
    header = Ethernet(ethernet.destination, ethernet.source, protocol)
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


def _destination(cursor: Cursor, ethertype: EtherType) -> Address:
    """Return the destination in the inner header, read to its end."""
    cursor.take(_DESTINATION_AT[ethertype])
    if ethertype == EtherType.IPV4:
        return IPv4Address(cursor.take(4))
    return IPv6Address(cursor.take(16))

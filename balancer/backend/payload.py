"""What stands between outer and inner IP header: the reference of bpf/payload.h."""

from dataclasses import dataclass
from ipaddress import IPv4Address

from ..errors import WireError
from ..model import Forwarding, Protocol
from ..vip.forwarding import ipip
from ..wire.checksum import checksum, pseudo_header4
from ..wire.cursor import Cursor
from ..wire.ethernet import EtherType
from ..wire.gre import Gre
from ..wire.ipv4 import SIZE as IPV4_SIZE
from ..wire.l4 import Udp
from .outer import Outer
from .verdict import Reason

_MOST_SUMMED = 0x3FFF  # octets; the program looks at no more
_VERSIONS = {4: EtherType.IPV4, 6: EtherType.IPV6}
_ETHERTYPES = {protocol: _VERSIONS[n] for n, protocol in ipip.PROTOCOL.items()}


@dataclass(frozen=True, slots=True)
class Payload:
    """The inner packet: what it is, and who may have its connection if we have not."""

    ethertype: EtherType
    second: IPv4Address | None = None


def read_payload(outer: Outer, cursor: Cursor) -> Payload | Reason:
    """Read up to the inner packet; return what it is, or why it is not taken."""
    match outer.mode:
        case Forwarding.IPIP:
            return Payload(_ETHERTYPES[outer.protocol])
        case Forwarding.GUE:
            ethertype = _behind_udp(outer, cursor)
            return Payload(ethertype) if isinstance(ethertype, EtherType) else ethertype
        case mode:
            return _behind_gre(mode, cursor)


def _behind_gre(mode: Forwarding, cursor: Cursor) -> Payload | Reason:
    try:
        gre = Gre.from_wire(cursor)
    except WireError:
        return Reason.GRE_OPTIONS
    if gre.key is not None and mode is not Forwarding.GRE:
        return Reason.GRE_OPTIONS
    if gre.protocol not in _VERSIONS.values():
        return Reason.OTHER_PAYLOAD
    return Payload(EtherType(gre.protocol), IPv4Address(gre.key) if gre.key else None)


def _behind_udp(outer: Outer, cursor: Cursor) -> EtherType | Reason:
    """GUE's variant 1 is known by the inner packet's version."""
    start = cursor.position
    udp = Udp.from_wire(cursor)
    if udp.length != outer.length - IPV4_SIZE:
        return Reason.MALFORMED
    behind = cursor.position
    cursor.position = start
    segment = cursor.take(udp.length)
    if udp.check and not _is_right(segment, outer):
        return Reason.BAD_CHECKSUM
    cursor.position = behind
    version = segment[behind - start] >> 4 if len(segment) > behind - start else 0
    return _VERSIONS.get(version, Reason.OTHER_PAYLOAD)


def _is_right(segment: bytes, outer: Outer) -> bool:
    """Whether the checksum is; RFC 768 has 0 for none, which over IPv4 is allowed."""
    if len(segment) > _MOST_SUMMED:
        return False
    ends = (int(outer.source), int(outer.destination))
    return not checksum(pseudo_header4(*ends, len(segment), Protocol.UDP) + segment)

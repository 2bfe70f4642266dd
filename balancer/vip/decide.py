"""The reference: what becomes of one packet; bpf/balance.h does the same in XDP."""

from ..errors import WireError
from ..hashing.flow import hash_flow
from ..model import FiveTuple
from ..wire.cursor import Cursor
from ..wire.ethernet import Ethernet, EtherType
from .encapsulate import OVERHEAD, encapsulate, too_big
from .flows import Flows
from .packet import IpPacket, is_balanced, parse_flow, parse_ip
from .tables import Tables, VipEntry
from .verdict import Answer, Drop, Encapsulate, Pass, Reason, Verdict


def decide(frame: bytes, tables: Tables, flows: Flows) -> Verdict:
    """Return the verdict on a received Ethernet frame.

    `flows` is read and, by a flow's first packet that is no SYN, written: so a flood
    of SYNs fills nothing. The same frame and state give the same verdict always.
    """
    try:
        ethernet = Ethernet.from_wire(Cursor(frame))
    except WireError:
        return Pass(Reason.NOT_FOR_US)
    if ethernet.destination != tables.options.mac:
        return Pass(Reason.NOT_FOR_US)
    if ethernet.ethertype not in (EtherType.IPV4, EtherType.IPV6):
        return Pass(Reason.NOT_IP)
    try:
        packet = parse_ip(frame, ethernet.ethertype)
    except WireError:
        return Drop(Reason.MALFORMED_IP)
    return _decide_ip(frame, packet, tables, flows)


def _decide_ip(frame: bytes, packet: IpPacket, tables: Tables, flows: Flows) -> Verdict:
    if packet.is_fragment:
        return _refuse(packet, tables, Reason.FRAGMENT)
    if packet.has_options:
        return _refuse(packet, tables, Reason.IPV4_OPTIONS)
    if not is_balanced(packet.protocol):
        return _refuse(packet, tables, Reason.OTHER_PROTOCOL)
    try:
        flow, syn = parse_flow(frame, packet)
    except WireError:
        return _refuse(packet, tables, Reason.MALFORMED_L4)
    vip = tables.vip(flow)
    if vip is None:
        return _refuse(packet, tables, Reason.OTHER_PORT)
    if packet.length + OVERHEAD > tables.options.mtu:
        return Answer(Reason.TOO_BIG, too_big(frame, packet, tables.options))
    backend, reason = choose(flow, vip, syn, tables, flows)
    if backend is None:
        return Drop(reason)
    address = tables.backends[backend].address
    return Encapsulate(
        reason, backend, encapsulate(frame, packet, tables.options, address)
    )


def choose(
    flow: FiveTuple, vip: VipEntry, syn: bool, tables: Tables, flows: Flows
) -> tuple[int | None, Reason]:
    """Return the flow's backend, None when its pool is empty, and why that one."""
    known = flows.use(flow)
    if known is not None and tables.backends[known].usable:
        return known, Reason.TRACKED
    slots = tables.slots[vip.pool]
    backend = slots[hash_flow(flow) % len(slots)]
    if backend >= len(tables.backends):
        return None, Reason.NO_BACKEND
    if syn:
        return backend, Reason.HASHED
    flows.insert(flow, backend)
    return backend, Reason.INSERTED if known is None else Reason.REHASHED


def _refuse(packet: IpPacket, tables: Tables, reason: Reason) -> Verdict:
    """Drop what is for a VIP's address; the rest is not for us to judge."""
    if tables.is_vip_address(packet.version, packet.destination):
        return Drop(reason)
    return Pass(Reason.NOT_A_VIP)

"""The reference: what becomes of one packet; bpf/balance.h does the same in XDP."""

from dataclasses import replace

from ...errors import WireError
from ...model import Forwarding, TooBig
from ...wire import icmp
from ...wire.cursor import Cursor
from ...wire.ethernet import Ethernet, EtherType
from ...wire.icmp import Icmp
from ..forwarding.answer import pong, too_big
from ..forwarding.clamp import clamp_mss
from ..forwarding.forward import forward
from ..forwarding.split import can_split, split
from ..packets.packet import (
    Arrival,
    IpPacket,
    Kind,
    flow_of,
    is_balanced,
    is_martian,
    parse_flow,
    parse_ip,
    skip_extensions,
)
from ..packets.quote import quoted_flow
from ..tables.tables import ANY, Tables, VipEntry
from .choose import Context, choose
from .second import second_of
from .state import State
from .translate import error_to_client, to_backend, to_client
from .verdict import (
    Answer,
    Drop,
    Encapsulate,
    Pass,
    Reason,
    Rewrite,
    Split,
    Verdict,
)


def decide(frame: bytes, tables: Tables, state: State, now_s: float) -> Verdict:
    """Return the verdict on an Ethernet frame received at `now_s`, of any clock.

    `state` is read and written. The same frame, tables, state and time give the same
    verdict always.
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
    return _decide_ip(frame, packet, Context(tables, state, now_s))


def _decide_ip(frame: bytes, packet: IpPacket, context: Context) -> Verdict:
    if is_martian(packet):
        return _refuse(packet, context, Reason.MARTIAN)
    if not packet.ttl:
        return _refuse(packet, context, Reason.TTL_EXPIRED)
    if packet.version == 6:
        try:
            cursor = Cursor(frame, packet.l4_start, packet.end)
            packet = skip_extensions(packet, cursor)
        except WireError:
            return _refuse(packet, context, Reason.EXTENSIONS)
    if packet.fragment:
        return _decide_fragment(frame, packet, context)
    if packet.protocol == icmp.PROTOCOL[packet.version]:
        return _decide_icmp(frame, packet, context)
    return _decide_l4(frame, packet, context)


def _decide_l4(frame: bytes, packet: IpPacket, context: Context) -> Verdict:
    if not is_balanced(packet.protocol):
        return _refuse(packet, context, Reason.OTHER_PROTOCOL)
    try:
        flow, kind = parse_flow(frame, packet)
    except WireError:
        return _refuse(packet, context, Reason.MALFORMED_L4)
    if context.tables.may_answer(flow):
        returned = to_client(frame, packet, flow, context)
        if returned is not None:
            return returned
    vip = context.tables.vip(flow)
    if vip is None or flow.destination_port == ANY:
        return _refuse(packet, context, Reason.OTHER_PORT)
    if kind is Kind.FIRST and vip.handling.mss:
        frame = clamp_mss(frame, packet, vip.handling.mss)
    return _forward(Arrival(frame, packet, flow, kind), vip, context)


def _decide_fragment(frame: bytes, packet: IpPacket, context: Context) -> Verdict:
    """First fragments too go by the addresses alone, or the later ones would part.

    Without ports in each of them they cannot be translated.
    """
    flow = flow_of(packet, ANY, ANY)
    vip = context.tables.vip(flow)
    if vip is None or not is_balanced(packet.protocol):
        return _refuse(packet, context, Reason.FRAGMENT)
    if vip.handling.forwarding is Forwarding.NAT:
        return _refuse(packet, context, Reason.FRAGMENT)
    return _forward(Arrival(frame, packet, flow, Kind.LATER), vip, context)


def _decide_icmp(frame: bytes, packet: IpPacket, context: Context) -> Verdict:
    cursor = Cursor(frame, packet.l4_start, packet.end)
    try:
        message = Icmp.from_wire(cursor)
    except WireError:
        return _refuse(packet, context, Reason.MALFORMED_L4)
    if message.is_ping(packet.version):
        return _answer_ping(frame, packet, message, context)
    if not message.is_error(packet.version):
        return _refuse(packet, context, Reason.OTHER_ICMP)
    return _decide_error(frame, packet, cursor, context)


def _decide_error(
    frame: bytes, packet: IpPacket, cursor: Cursor, context: Context
) -> Verdict:
    """Decide on an ICMP error whose quote is at the cursor."""
    try:
        flow = quoted_flow(cursor, packet.version)
    except WireError:
        return _refuse(packet, context, Reason.ICMP_QUOTE)
    if flow.destination != packet.destination:
        return _refuse(packet, context, Reason.ICMP_QUOTE)
    if context.tables.may_answer(flow):
        returned = error_to_client(frame, packet, flow, context)
        if returned is not None:
            return returned
    vip = context.tables.vip(flow)
    if vip is None:
        return _refuse(packet, context, Reason.ICMP_QUOTE)
    return _forward(Arrival(frame, packet, flow, Kind.ERROR), vip, context)


def _answer_ping(
    frame: bytes, packet: IpPacket, ping: Icmp, context: Context
) -> Verdict:
    if not context.tables.is_vip_address(packet.version, packet.destination):
        return Pass(Reason.NOT_A_VIP)
    if packet.has_options:
        return Drop(Reason.PING_OPTIONS)
    if not context.state.answers.admit(context.now_s):
        return Drop(Reason.ANSWER_LIMIT)
    return Answer(Reason.PING, pong(frame, packet, ping, context.tables.options))


def _forward(arrival: Arrival, vip: VipEntry, context: Context) -> Verdict:
    tables, room = context.tables, context.tables.room(vip)
    fits = arrival.packet.length <= room
    if not fits and not _may_split(arrival, vip, room):
        return _answer_too_big(arrival, room, context)
    backend, reason = choose(arrival, vip, context)
    if backend is None:
        return Drop(reason)
    mode, entry = vip.handling.forwarding, tables.backends[backend]
    if mode is Forwarding.NAT:
        return to_backend(arrival, vip, (backend, reason), context)
    if mode is Forwarding.L2 and entry.mac is None:
        return Drop(Reason.NO_NEIGHBOUR)
    if mode is Forwarding.GRE_KEY and fits:  # of fragments nobody else may have one
        second = second_of(arrival, vip, backend, tables)
        arrival = replace(arrival, second=second)
    way = (mode, tables.options, entry)
    if not fits:
        head, tail = (forward(half, *way) for half in split(arrival, room))
        return Split(Reason.FRAGMENTED, backend, (head, tail))
    if arrival.kind is Kind.ERROR:
        reason = Reason.ICMP_ERROR
    sent = Rewrite if mode is Forwarding.L2 else Encapsulate
    return sent(reason, backend, forward(arrival, *way))


def _may_split(arrival: Arrival, vip: VipEntry, mtu: int) -> bool:
    if vip.handling.too_big is not TooBig.SPLIT or arrival.kind is Kind.ERROR:
        return False
    return can_split(arrival.packet, mtu)


def _answer_too_big(arrival: Arrival, mtu: int, context: Context) -> Verdict:
    """Answer; but never an error, or a later fragment (RFC 1122 3.2.2)."""
    if arrival.kind is Kind.ERROR:
        return Drop(Reason.ICMP_QUOTE)
    if arrival.packet.is_later_fragment:
        return Drop(Reason.FRAGMENT)
    if not context.state.answers.admit(context.now_s):
        return Drop(Reason.ANSWER_LIMIT)
    options = context.tables.options
    answer = too_big(arrival.frame, arrival.packet, options, mtu)
    return Answer(Reason.TOO_BIG, answer)


def _refuse(packet: IpPacket, context: Context, reason: Reason) -> Verdict:
    """Drop what is for a VIP's address; the rest is not for us to judge."""
    if context.tables.is_vip_address(packet.version, packet.destination):
        return Drop(reason)
    return Pass(Reason.NOT_A_VIP)

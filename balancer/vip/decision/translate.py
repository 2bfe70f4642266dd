"""Packets with other ends: to a backend from us, and back to the client from the VIP.

TTL and hop limit stay as they are, as they do in a tunnel: the VIP is where packets are
sent to, and the routers on the way to a backend decrement them.
"""

from collections.abc import Iterator

from ...hashing.selector import EMPTY
from ...model import FiveTuple, Protocol
from ...wire import ethernet
from ...wire.cursor import Cursor
from ...wire.l4 import Tcp
from ..forwarding.outer import to_gateway
from ..nat.connection import after_backend, after_client
from ..nat.errors import rewrite_error
from ..nat.rewrite import Place, rewrite, turned
from ..nat.table import Translation, candidates
from ..packets.packet import Arrival, IpPacket, Kind
from ..tables.tables import VipEntry
from .choose import Context
from .verdict import Drop, Reason, Return, Translate


def to_backend(
    arrival: Arrival, vip: VipEntry, choice: tuple[int, Reason], context: Context
) -> Translate | Drop:
    """Return the verdict on a packet to a VIP, for which a backend has been chosen."""
    backend, reason = choice
    table = context.state.translations
    ends = _ends(arrival.flow.version, backend, context)
    answer = table.find(arrival.flow, *ends)
    if arrival.kind is Kind.ERROR:
        if answer is None:
            return Drop(Reason.ICMP_QUOTE)
        frame = _sent(arrival.frame, arrival.packet, answer, context, error=True)
        return Translate(Reason.ICMP_ERROR, backend, frame)
    if answer is None:
        wanted = Translation(arrival.flow, backend, vip.number, context.now_s)
        answer = table.take(wanted, *ends)
    if answer is None:
        return Drop(Reason.NO_PORT)
    seen = after_client(table[answer].seen, _flags(arrival.frame, arrival.packet))
    table.note(answer, seen, context.now_s)
    frame = _sent(arrival.frame, arrival.packet, turned(answer), context)
    return Translate(reason, backend, frame)


def to_client(
    frame: bytes, packet: IpPacket, flow: FiveTuple, context: Context
) -> Return | None:
    """Return the verdict on a packet to our own address; None when it is no answer."""
    table = context.state.translations
    known = table.get(flow)
    if known is None:
        return None
    seen = after_backend(known.seen, _flags(frame, packet))
    table.note(flow, seen, context.now_s)
    sent = _sent(frame, packet, turned(known.flow), context)
    return Return(Reason.RETURNED, known.backend, sent)


def error_to_client(
    frame: bytes, packet: IpPacket, flow: FiveTuple, context: Context
) -> Return | None:
    """Do so for an ICMP error about a packet of ours, which `flow` answers."""
    known = context.state.translations.get(flow)
    if known is None:
        return None
    sent = _sent(frame, packet, known.flow, context, error=True)
    return Return(Reason.ICMP_ERROR, known.backend, sent)


def answers_of(flow: FiveTuple, context: Context) -> Iterator[FiveTuple]:
    """Yield the five-tuples that answers to a flow may have, by whoever may have it."""
    tables, limits = context.tables, context.tables.options.limits.nat
    vip = tables.vip(flow)
    if vip is None:
        return
    slot = tables.slot(vip, flow)
    owners = {slot.backend, slot.previous, context.state.flows.get(flow, EMPTY)}
    for number in owners - {EMPTY}:
        ends = _ends(flow.version, number, context)
        yield from candidates(flow, *ends, limits)


def _ends(version: int, backend: int, context: Context) -> tuple[int, int]:
    """Return the addresses of a backend and of ours, of one family; 0 for none."""
    entry, options = context.tables.backends[backend], context.tables.options
    if version == 4:
        return int(entry.address), int(options.source)
    return int(entry.address6 or 0), int(options.source6 or 0)


def _flags(frame: bytes, packet: IpPacket) -> int:
    if packet.protocol != Protocol.TCP:
        return 0
    return Tcp.from_wire(Cursor(frame, packet.l4_start, packet.end)).flags


def _sent(
    frame: bytes,
    packet: IpPacket,
    flow: FiveTuple,
    context: Context,
    *,
    error: bool = False,
) -> bytes:
    """Return a packet made one of `flow`, or an error made one about `flow`."""
    changed = bytearray(frame)
    if error:
        rewrite_error(changed, packet, flow)
    else:
        place = Place(ethernet.SIZE, packet.l4_start, packet.end)
        rewrite(changed, place, flow)
    header = to_gateway(context.tables.options, packet.ethertype)
    changed[: ethernet.SIZE] = header
    return bytes(changed)

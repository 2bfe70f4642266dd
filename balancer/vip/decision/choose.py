"""To which backend a packet goes, and what is remembered; bpf/choose.h does so too."""

from dataclasses import dataclass

from ...hashing.selector import EMPTY
from ...model import FiveTuple, Protocol, Tracking
from ..packets.packet import Arrival, Kind
from ..tables.tables import Slot, Tables, VipEntry
from .state import State
from .verdict import Reason

Choice = tuple[int | None, Reason]


@dataclass(frozen=True, slots=True)
class Context:
    """What a verdict depends on beside the packet; of these, `state` changes."""

    tables: Tables
    state: State
    now_s: float


def choose(arrival: Arrival, vip: VipEntry, context: Context) -> Choice:
    """Return the packet's backend, None when its pool is empty, and why that one."""
    slot = context.tables.slot(vip, arrival.flow)
    changed = vip.handling.tracking is Tracking.CHANGED and slot.previous != EMPTY
    known = None
    if changed or vip.handling.tracking in (Tracking.ALL, Tracking.ESTABLISHED):
        known = context.state.flows.find(arrival.flow, context.now_s)
    if known is not None and context.tables.is_usable(known):
        if changed and known != slot.backend:
            _note_needed(arrival, slot, context)
        if arrival.kind is not Kind.ERROR:
            context.state.flows.touch(arrival.flow, context.now_s)
        return known, Reason.TRACKED
    if changed and known is None and _is_older(arrival, slot, context.tables):
        _note_needed(arrival, slot, context)
        return slot.previous, Reason.PREVIOUS
    if slot.backend == EMPTY:
        return None, Reason.NO_BACKEND
    if not _remembers(arrival.kind, vip.handling.tracking, changed, known):
        return slot.backend, Reason.HASHED
    return slot.backend, _remember(arrival.flow, slot.backend, known, context)


def _is_older(arrival: Arrival, slot: Slot, tables: Tables) -> bool:
    """Whether a flow that is not known must be from before the slot changed.

    Those since then were remembered by their SYN. UDP has none: there a flow counts as
    an older one for as long as the change is remembered.
    """
    return arrival.kind is not Kind.FIRST and tables.is_usable(slot.previous)


def _note_needed(arrival: Arrival, slot: Slot, context: Context) -> None:
    # UDP and errors prove no older flow; they must not keep the change remembered.
    if arrival.flow.protocol == Protocol.TCP and arrival.kind is not Kind.ERROR:
        context.state.needed[slot.pool, slot.number] = context.now_s


def _remembers(
    kind: Kind, tracking: Tracking, changed: bool, known: int | None
) -> bool:
    if kind is Kind.ERROR:
        return False
    if tracking is Tracking.ALL:
        return True
    if tracking is Tracking.ESTABLISHED:
        return kind is Kind.LATER
    return changed and (kind is Kind.FIRST or known is not None)


def _remember(
    flow: FiveTuple, backend: int, known: int | None, context: Context
) -> Reason:
    if not context.state.flows.insert(flow, backend, context.now_s):
        return Reason.FLOODED
    return Reason.INSERTED if known is None else Reason.REHASHED

"""Who may have a flow that its backend has not: the reference of bpf/second.h."""

from ipaddress import IPv4Address

from ...model import Protocol
from ..packets.packet import Arrival, Kind
from ..tables.tables import Slot, Tables, VipEntry


def second_of(
    arrival: Arrival, vip: VipEntry, chosen: int, tables: Tables
) -> IPv4Address | None:
    """Return the address of the slot's other owner, whoever is `chosen`.

    A balancer that has not seen a flow's beginning, since another one had it or nothing
    is remembered, knows no better than its slot: the flow is its present owner's or the
    last one's. Only what belongs to a connection that there is can be somebody else's.
    """
    if arrival.flow.protocol != Protocol.TCP or arrival.kind is Kind.FIRST:
        return None
    if arrival.packet.fragment:
        return None
    other = other_owner(tables.slot(vip, arrival.flow), chosen, tables)
    return None if other is None else IPv4Address(int(tables.backends[other].address))


def other_owner(slot: Slot, chosen: int, tables: Tables) -> int | None:
    """Return a slot's owner before or now, whichever is alive and not `chosen`."""
    for other in (slot.previous, slot.backend):
        if other != chosen and tables.is_usable(other):
            return other
    return None

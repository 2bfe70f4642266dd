"""What a running program decides by, read from its maps into the reference's tables."""

import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from ...errors import Unsupported, WireError
from ...kernel.attached import attached_to
from ...kernel.maps import Map
from ...model import FiveTuple, Forwarding
from ..decision.choose import Context
from ..decision.clock import passed_since, seconds
from ..decision.state import State
from ..decision.translate import answers_of
from ..tables.options import Options
from ..tables.tables import Tables, VipEntry
from ..xdp.about import About
from ..xdp.adoption import read_about, resumed_halves
from ..xdp.layouts import (
    FLOW,
    INDEX,
    backend_of,
    flow_key_bytes,
    flow_of,
    options_of,
    vip_key_of,
    vip_of,
)
from ..xdp.nat_maps import TranslationMap

_FIRST = INDEX.pack(0)


@dataclass(frozen=True, slots=True)
class Live:
    """What a program decides by at the moment.

    Args:
        about: names, and whose numbers are whose.
        context: tables, and a state that knows of the flow that was asked about alone.
        idle_s: how long that flow has had no packet, if it is known.
    """

    about: About
    context: Context
    idle_s: float


def read_live(interface: str, flow: FiveTuple) -> Live:
    """Return the tables of the balancer on an interface, and what it knows of a flow.

    Raises:
        Unsupported: there is no such interface, or no balancer of this version on it.
    """
    with ExitStack() as reading:
        found = reading.enter_context(attached_to(interface))
        if found is None:
            raise Unsupported(f"balancer on {interface}", "no program is there")
        try:
            about = read_about(found.maps)
        except WireError as error:
            raise Unsupported(f"balancer on {interface}", str(error)) from error
        tables = _tables(found.maps, about)
        return _live(found.maps, about, tables, flow)


def read_flows(interface: str) -> frozenset[FiveTuple]:
    """Return whom the flow table of the program on an interface knows.

    Raises:
        Unsupported: there is no such interface, or no balancer on it.
    """
    with attached_to(interface) as found:
        if found is None or "flows" not in found.maps:
            raise Unsupported(f"balancer on {interface}", "no program is there")
        return frozenset(flow_of(key) for key, _ in found.maps["flows"].items())


def _tables(maps: Mapping[str, Map], about: About) -> Tables:
    sizes = about.table_sizes
    halves = resumed_halves(maps, sizes)
    pairs = [halves.read(table) for table in range(len(sizes))]
    tables_at = {halves.place(table)[0]: table for table in range(len(sizes))}
    vips = {}
    for key, value in maps["vips"].items():
        first_slot, _, number, handling = vip_of(value)
        vips[vip_key_of(key)] = VipEntry(tables_at[first_slot], number, handling)
    numbers = range(max(about.memory.backends.values(), default=-1) + 1)
    entries = (maps["backends"].lookup(INDEX.pack(number))[0] for number in numbers)
    return Tables(
        options=_options(maps),
        vips=vips,
        slots=tuple(owners for owners, _ in pairs),
        previous=tuple(previous for _, previous in pairs),
        backends=tuple(map(backend_of, entries)),
    )


def _options(maps: Mapping[str, Map]) -> Options:
    """Return the program's read-only variables."""
    (rodata,) = (each for name, each in maps.items() if name.endswith(".rodata"))
    return options_of(rodata.lookup(_FIRST)[0])


def _live(
    maps: Mapping[str, Map], about: About, tables: Tables, flow: FiveTuple
) -> Live:
    now_s, idle_s = time.monotonic(), 0.0
    state = State(tables.options.limits)
    if known := maps["flows"].lookup(flow_key_bytes(flow)):
        backend, used = FLOW.unpack(known[0])
        idle_s = seconds(max(0, passed_since(used)))
        state.flows.insert(flow, backend, now_s - idle_s)
    _read_translations(maps, Context(tables, state, now_s), flow)
    return Live(about, Context(tables, state, now_s), idle_s)


def _read_translations(
    maps: Mapping[str, Map], context: Context, flow: FiveTuple
) -> None:
    """Have the state know of the translations that a packet of the flow may meet."""
    if Forwarding.NAT not in context.tables.options.forwardings:
        return
    kept = TranslationMap(maps["translations"])
    for answer in (flow, *answers_of(flow, context)):
        if (found := kept.find(answer)) is not None:
            context.state.translations.put(answer, found)

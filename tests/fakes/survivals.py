"""Connections through events without a lab: each ends as its fate is."""

import random
import socket
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from ipaddress import IPv4Address

from balancer.hashing.catalogue import NAMES
from experiments.kit.packets.sighting import Flow
from experiments.kit.survival.connections import Connection
from experiments.kit.survival.event import EVENTS, Event
from experiments.kit.survival.forecast import slots_of
from experiments.kit.survival.tally import Scene, SurvivalRow, tally

BACKENDS = tuple(f"be{number}" for number in range(1, 7))
BALANCERS = ("lb1", "lb2", "lb3")
GONE, AWAY = "be3", "lb2"
TRACKINGS = ("off", "all", "established", "changed", "nat", "chance")
CLIENT, VIP = IPv4Address("11.1.16.10"), IPv4Address("23.0.1.80")
PER_VIP = 100
ALL = PER_VIP * len(TRACKINGS)
SLOTS = 4093


def scene(selection: str, event: Event) -> Scene:
    """Return an event, with ECMP by the source port."""
    others = tuple(name for name in BACKENDS if name != GONE)
    before = others if event.lacks_before else BACKENDS
    after = others if event.lacks_after else BACKENDS
    places = {flow(port): BALANCERS[port % 3] for port in range(40000, 40000 + ALL)}
    away = AWAY if event.balancer_goes else ""
    later = {it: "lb3" if at == away else at for it, at in places.items()}
    return Scene(
        selection=selection,
        event=event,
        slots=slots_of(selection, before, after, SLOTS),
        backend=GONE if before != after else "",
        balancer=away,
        before=places,
        after=later,
    )


def flow(port: int) -> Flow:
    return Flow(CLIENT, VIP, port, 80)


def connection(tracking: str, port: int, opened: str, answered: str) -> Connection:
    client = socket.socket.__new__(socket.socket)  # nobody sends on it
    return Connection(tracking, flow(port), client, opened, answered)


def faithful(found: Scene, tracking: str, ports: Iterator[int]) -> list[Connection]:
    """Return connections that begin where their slot points, and end as they must."""
    made = []
    for _ in range(PER_VIP):
        one = connection(tracking, next(ports), "", "")
        one.opened = found.fate(one).was or random.Random(one.flow[2]).choice(BACKENDS)
        one.answered = one.opened if found.fate(one).survives else ""
        made.append(one)
    return made


def survivals() -> list[SurvivalRow]:
    """Return what a lab yields in which everything is as foretold."""
    return list(_survivals())


@cache
def _survivals() -> tuple[SurvivalRow, ...]:
    rows = []
    for event in EVENTS:
        for selection in NAMES:
            ports = iter(range(40000, 40000 + ALL))
            found = scene(selection, event)
            for tracking in TRACKINGS:
                made = faithful(found, tracking, ports)
                rows.append(tally(found, tracking, made))
    return tuple(_follow_flows(row) for row in rows)


def _follow_flows(row: SurvivalRow) -> SurvivalRow:
    """Let most connections break where tables follow flows and nobody remembers."""
    follows = row.selection == "least_loaded" and row.tracking == "off"
    return replace(row, broken=80) if follows else row

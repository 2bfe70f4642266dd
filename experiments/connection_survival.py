"""Which established connections break when backends or balancers go, and by what?

A client opens connections to VIPs that differ in what their balancers remember, for
each way of selecting in turn. Then a backend is removed or added, a balancer leaves
ECMP, both at once, or other flows fill the flow tables; each connection asks again. Who
should answer is known beforehand: tables of slots follow from names alone. Hypotheses
C2 to C8 and D4 of "Load Balancing at the Frontend" (SRE book, chapter 19): an id modulo
N resets nearly all, consistent hashing only what it must, and tracking with consistent
hashing as its fallback survives what neither does alone.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .kit.claims import Every
from .kit.figures import Figure
from .kit.survival.drawings import survival_grid, survival_table
from .kit.survival.event import (
    BACKEND_ADDED,
    BACKEND_REMOVED,
    BALANCER_REMOVED,
    BOTH_REMOVED,
    OVERFLOW,
)
from .kit.survival.expected import all_but_one_in_n, only_due, some_of_the_moved, tell
from .kit.survival.forecast import BY_FLOW, CHANCE, TRANSLATED
from .kit.survival.phases import survival_rows
from .kit.survival.tally import SurvivalRow as Row
from .kit.trial import Trial
from .kit.verdict import Claim

if TYPE_CHECKING:
    from topo.lab.lab import Lab

WORLD = "survival"
TURNS = ("modulo", "round_robin")  # slots are dealt one after the other
CONSISTENT = ("ring", "rendezvous", "anchor")
LEAST = "least_loaded"  # its tables follow the flows
MAGLEV_EXTRA_MOST = 0.02
C4 = "hypothesis C4; Karger et al., STOC 1997"
C7 = "hypothesis C7; Eisenbud et al., NSDI 2016, section 3.3"


def measure(lab: "Lab", trial: Trial) -> Iterator[Row]:
    """Take every way of selecting through every event; a row for each VIP."""
    yield from survival_rows(lab, trial)


def claims(rows: Sequence[Row]) -> list[Claim]:
    """Who breaks is foretold, and is who the book and the papers say."""
    fixed = [row for row in rows if row.selection != LEAST]
    plain = [row for row in fixed if row.tracking != TRANSLATED]
    alone = [row for row in fixed if row.event == BALANCER_REMOVED]
    turns = [row for row in rows if row.selection in TURNS]
    gone = [row for row in rows if row.event == BACKEND_REMOVED]
    there = [row for row in rows if row.event in (BACKEND_REMOVED, BACKEND_ADDED)]
    relied = [row for row in turns if row.tracking in BY_FLOW]
    both = [row for row in relied if row.event == BOTH_REMOVED]
    full = [row for row in relied if row.event == OVERFLOW]
    bare = [row for row in gone if row.tracking == "off"]
    return [
        FORESEEN.judge([row for row in rows if row.event != OVERFLOW]),
        all_but_one_in_n(
            "modulo", "Without memory", C4, [r for r in bare if r in turns]
        ),
        MINIMAL.judge([row for row in plain if row.selection in CONSISTENT]),
        MAGLEV.judge([row for row in plain if row.selection == "maglev"]),
        TRACKED.judge([row for row in there if row.remembers]),
        STATELESS.judge([row for row in alone if row in plain]),
        STATEFUL.judge([row for row in alone if row not in plain]),
        some_of_the_moved(both),
        all_but_one_in_n("forgotten", "With a full flow table", C7, full),
        SLOTS.judge([row for row in fixed if row.tracking == "changed"]),
        SECOND.judge([row for row in fixed if row.tracking == CHANCE]),
        FULL.judge([row for row in fixed if row.event == OVERFLOW]),
        LOADS.judge([row for row in bare if row.selection == LEAST]),
        ECMP.judge(rows),
    ]


def figures(rows: Sequence[Row]) -> list[Figure]:
    """A grid of shares, and each cell beside its forecast."""
    return [survival_grid(rows), survival_table(rows)]


FORESEEN: Every[Row] = Every(
    name="foreseen",
    statement="Each connection begins and ends as the tables of slots, made from names "
    "alone, and the memory of the balancer that has it then foretell.",
    expected="no other end, where tables do not follow flows",
    holds=lambda row: not row.unlike if row.connections else None,
    tell=tell,
    unit="cells",
    source="hypothesis C3; the hashing library beside packets through XDP",
)
MINIMAL = only_due(
    "consistent",
    "Ring, rendezvous and AnchorHash break only connections of the backend that went, "
    "or whose slots the new one got, whatever is remembered or was forgotten.",
    "Karger 1997; Thaler and Ravishankar 1998; Mendelson 2020; hypotheses C5 and C6",
)
MAGLEV: Every[Row] = Every(
    name="Maglev",
    statement="Maglev breaks hardly more than consistent hashing must.",
    expected=f"at most {MAGLEV_EXTRA_MOST:.0%} more; 0.2 % of slots, with 8 backends",
    holds=lambda row: (
        row.broken - row.due <= MAGLEV_EXTRA_MOST * row.connections
        if row.connections
        else None
    ),
    tell=tell,
    unit="cells",
    source="Eisenbud et al., NSDI 2016, section 5.3, at 65537 slots",
)
TRACKED = only_due(
    "tracked",
    "A balancer that remembers keeps all connections of backends that stay, however it "
    "selects: also least loaded, which without memory breaks most.",
    "Eisenbud et al., NSDI 2016, section 3.3; hypothesis C2",
)
STATELESS = only_due(
    "stateless",
    "When a balancer goes and all backends stay, none breaks: the others' tables are "
    "the same, and replies never passed it.",
    "hypothesis D4; SRE book, chapter 19: direct server return",
)
STATEFUL: Every[Row] = Every(
    name="translated",
    statement="Who translates is part of the connection: when a balancer goes, all "
    "that it had break, although they were tracked and other tables are the same.",
    expected="as many as come to another balancer",
    holds=lambda row: row.broken == row.moved if row.connections else None,
    tell=tell,
    unit="cells",
    source="hypothesis D1; SRE book, chapter 19: an entry for every connection",
)
SECOND = only_due(
    "second chance",
    "Backends that hand on what the slot's last owner may have need no memory at the "
    "balancers at all: only what must break does, also when several things change.",
    "GLB: the second hop; hypothesis C6",
)
SLOTS = only_due(
    "slots remember",
    "A table whose slots remember their last change breaks only what must break, also "
    "when the flow's balancer goes or its flow table is full.",
    "mhs, two Maglev tables in one (Yandex); closed form",
)
FULL: Every[Row] = Every(
    name="table full",
    statement="A full flow table leaves hashing alone to decide, and nothing worse.",
    expected="no connection that the hash alone would keep",
    holds=lambda row: not row.unlike if row.connections else None,
    tell=tell,
    unit="cells",
    source=C7,
)
LOADS: Every[Row] = Every(
    name="least loaded",
    statement="Without memory, choosing the least loaded breaks most connections.",
    expected="more than half of them",
    holds=lambda row: row.broken > row.connections / 2 if row.connections else None,
    tell=tell,
    unit="cells",
    source="SRE book, chapter 19: stateful protocols; hypothesis C2",
)
ECMP: Every[Row] = Every(
    name="ECMP",
    statement="No connection leaves a balancer that is still there.",
    expected="none, by rendezvous hashing over the members of the group",
    holds=lambda row: not row.strays if row.connections else None,
    tell=lambda row: f"{row.event}, {row.selection}: {row.strays} went astray",
    unit="cells",
    source="closed form; Open vSwitch's bundle_load with hrw",
)

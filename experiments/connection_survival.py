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

from .kit.figures import Figure
from .kit.judging.verdict import Claim
from .kit.survival import statements
from .kit.survival.drawings import survival_grid, survival_table
from .kit.survival.event import (
    BACKEND_ADDED,
    BACKEND_REMOVED,
    BALANCER_REMOVED,
    BOTH_REMOVED,
    OVERFLOW,
)
from .kit.survival.expected import all_but_one_in_n, some_of_the_moved
from .kit.survival.forecast import BY_FLOW, CHANCE, TRANSLATED
from .kit.survival.phases import survival_rows
from .kit.survival.tally import SurvivalRow as Row
from .kit.trial import Trial

if TYPE_CHECKING:
    from topo.lab.lab import Lab

WORLD = "survival"
TURNS = ("modulo", "round_robin")  # slots are dealt one after the other
CONSISTENT = ("ring", "rendezvous", "anchor")
LEAST = "least_loaded"  # its tables follow the flows


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
    dealt = [row for row in bare if row.selection in TURNS]
    return [
        statements.FORESEEN.judge([row for row in rows if row.event != OVERFLOW]),
        all_but_one_in_n("modulo", "Without memory", statements.C4, dealt),
        statements.MINIMAL.judge([row for row in plain if row.selection in CONSISTENT]),
        statements.MAGLEV.judge([row for row in plain if row.selection == "maglev"]),
        statements.TRACKED.judge([row for row in there if row.remembers]),
        statements.STATELESS.judge([row for row in alone if row in plain]),
        statements.STATEFUL.judge([row for row in alone if row not in plain]),
        some_of_the_moved(both),
        all_but_one_in_n("forgotten", "With a full flow table", statements.C7, full),
        statements.SLOTS.judge([row for row in fixed if row.tracking == "changed"]),
        statements.SECOND.judge([row for row in fixed if row.tracking == CHANCE]),
        statements.FULL.judge([row for row in fixed if row.event == OVERFLOW]),
        statements.LOADS.judge([row for row in bare if row.selection == LEAST]),
        statements.ECMP.judge(rows),
    ]


def figures(rows: Sequence[Row]) -> list[Figure]:
    """A grid of shares, and each cell beside its forecast."""
    return [survival_grid(rows), survival_table(rows)]

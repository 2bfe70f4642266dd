"""How even the ways of selecting are, and what they move when backends die.

Distributions over seeds, that is over names of backends and over who dies: one draw
says nothing. Where names do not count, there is only one draw of how even it is.
Overprovision is max / mean - 1 of the backends' slots. Extra disruption is the share of
slots that went from one survivor to another; the ratio is all slots that changed over
those that had to, the dead ones' own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np
from numpy.typing import NDArray

from balancer.hashing.catalogue import selector
from balancer.hashing.selector import Selector, WeightedName

from ..figure import Figure
from .hashing import HASHING, backends

SEEDS, FEW_SEEDS = 20, 5
NAMELESS = ("modulo", "jump", "anchor")
PERCENTILES = (50, 5, 95)
Slots = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Case:
    """A way of selecting, among so many backends, with a table of so many slots."""

    method: str
    count: int
    slots: int = 65537
    options: Mapping[str, object] = field(default_factory=dict)
    seeds: int = SEEDS

    def title(self) -> str:
        """Return the case in words."""
        options = "".join(f", {key} {value}" for key, value in self.options.items())
        return f"{self.method}{options}: N={self.count} M={self.slots}"

    def build(self, among: Sequence[WeightedName]) -> Selector:
        """Return the selector; Maglev's own table is the one that is asked for."""
        own = {"size": self.slots} if self.method == "maglev" else {}
        return selector(self.method, {**own, **self.options}).build(among)


KARGER = {"points": 1000}  # Maglev's evaluation, section 5.3
BALANCE = (
    *(Case(name, 1000, seeds=1 if name in NAMELESS else SEEDS) for name in HASHING),
    Case("ring", 1000, options=KARGER),
    Case("maglev", 1000, 655373, seeds=FEW_SEEDS),
    Case("rendezvous", 1000, 655373, seeds=FEW_SEEDS),
    Case("ring", 1000, 655373, KARGER, FEW_SEEDS),
)
# Backends that die at once, after Maglev's figure 12 and its "folklore" M > 100 N.
DEATHS = (
    *((Case(name, 128), 1) for name in HASHING),
    *((Case("maglev", count), 1) for count in (8, 32, 400, 655, 1000)),
    *((Case("maglev", 1000), dead) for dead in (2, 5, 10, 20, 30)),
    *((Case("maglev", 1000, 655373, seeds=FEW_SEEDS), dead) for dead in (1, 10)),
    *((Case("maglev", *size), 1) for size in ((32, 4093), (128, 4093), (128, 16381))),
)


def run() -> list[Figure]:
    """Draw names and deaths; takes about 45 s."""
    figures = [figure for case in BALANCE for figure in _balance(case)]
    return figures + [figure for case in DEATHS for figure in _deaths(*case)]


def overprovision(slots: Slots, count: int) -> float:
    """Return by how much the fullest backend is above the mean."""
    return float(np.bincount(slots, minlength=count).max() * count / len(slots) - 1)


def disruption(before: Slots, after: Slots, dead: Sequence[int]) -> tuple[float, float]:
    """Return extra disruption, and all that changed over what had to."""
    orphaned = np.isin(before, dead)
    changed = before != after
    extra = float((changed & ~orphaned).mean())
    return extra, float(changed.sum() / max(1, orphaned.sum()))


def table(built: Selector, slots: int) -> Slots:
    """Return a table for counting."""
    return np.frombuffer(built.table(slots), dtype=np.uint32)


def _balance(case: Case) -> Iterator[Figure]:
    drawn = [
        overprovision(table(case.build(among), case.slots), case.count)
        for among in _draws(case)
    ]
    yield from _distribution(f"{case.title()}, overprovision", drawn)


def _deaths(case: Case, dead: int) -> Iterator[Figure]:
    drawn = [
        _one_death(case, among, Random(seed).sample(range(case.count), dead))
        for seed, among in enumerate(_draws(case))
    ]
    extras, ratios = zip(*drawn, strict=True)
    title = f"{case.title()}, {dead} died"
    yield from _distribution(f"{title}, extra disruption", extras)
    ratio = float(np.median(ratios))
    yield Figure(f"{title}, changed", ratio, "ratio", against="had to change")


def _one_death(
    case: Case, among: Sequence[WeightedName], dead: Sequence[int]
) -> tuple[float, float]:
    living = [
        WeightedName(backend.name, backend.weight * (number not in dead))
        for number, backend in enumerate(among)
    ]
    built = case.build(among)
    before = table(built, case.slots)
    return disruption(before, table(built.change(living), case.slots), dead)


def _draws(case: Case) -> Iterator[list[WeightedName]]:
    return (backends(case.count, seed=seed) for seed in range(case.seeds))


def _distribution(title: str, drawn: Sequence[float]) -> Iterator[Figure]:
    for percentile in PERCENTILES if len(drawn) > 1 else PERCENTILES[:1]:
        name = "median" if percentile == 50 else f"p{percentile}"
        percent = float(np.percentile(drawn, percentile)) * 100
        yield Figure(f"{title}, {name} of {len(drawn)}", percent, "%")

"""Rendezvous: every backend bids for a key, and the highest bid has it.

Source: Thaler and Ravishankar, "Using Name-Based Mappings to Increase Hit Rates",
IEEE/ACM Transactions on Networking 6(1), 1998, section 3 (highest random weight);
weights by Schindelhauer and Schomaker, "Weighted Distributed Hash Tables", SPAA 2005,
section 3: the logarithmic method. Look-up O(n), memory O(n). Promised: a backend that
comes or goes moves only its own keys, a weight that rises takes keys and gives none,
shares follow any weights, the order in which backends are given does not matter.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .mix import Owners, Words, as_slots, key_of, mix_words, seed_of, slot_keys
from .selector import (
    Member,
    Method,
    Nobody,
    Selector,
    WeightedName,
    by_name,
    members_of,
)

_AT_ONCE = 8192  # keys whose bids stay in a core's cache


@dataclass(frozen=True, slots=True)
class Rendezvous:
    """The method; it has no options."""

    def build(self, backends: Sequence[WeightedName]) -> Selector:
        """Return a selector; see `Method.build`."""
        members = by_name(members_of(backends))
        if not members:
            return Nobody(self)
        return RendezvousSelector(
            self,
            np.array([member.number for member in members], dtype=np.uint32),
            np.array([seed_of(member.name) for member in members], dtype=np.uint64),
            _rates(members),
        )


@dataclass(frozen=True, slots=True, eq=False)
class RendezvousSelector:
    """The bidders in the order of their names: numbers, seeds and inverse weights."""

    method: Method
    numbers: Owners
    seeds: Words
    rates: NDArray[np.float64] | None

    def pick(self, hash32: int) -> int:
        """Return the backend for a flow's hash; of equal bids the first by name."""
        bids = mix_words(self.seeds ^ np.uint64(key_of(hash32)))
        if self.rates is None:
            return int(self.numbers[bids.argmax()])
        return int(self.numbers[(_waits(bids) * self.rates).argmin()])

    def table(self, slots: int) -> "array[int]":
        """Return the owner of each slot, taken as a key."""
        keys = slot_keys(slots)
        starts = range(0, slots, _AT_ONCE)
        parts = [self._winners(keys[start : start + _AT_ONCE]) for start in starts]
        return as_slots(self.numbers[np.concatenate(parts)])

    def change(self, backends: Sequence[WeightedName]) -> Selector:
        """Return a selector without a past: this one has none either."""
        return self.method.build(backends)

    def _winners(self, keys: Words) -> NDArray[np.intp]:
        """Return who has each key, by place in the order of names."""
        if self.rates is None:
            return _highest(keys, self.seeds)
        return _soonest(keys, self.seeds, self.rates)


def _highest(keys: Words, seeds: Words) -> NDArray[np.intp]:
    """Return the place of the highest bidder for each key."""
    best = np.zeros(len(keys), dtype=np.intp)
    highest = mix_words(keys ^ seeds[0])
    for place, seed in enumerate(seeds[1:], 1):
        bids = mix_words(keys ^ seed)
        won = bids > highest
        highest[won] = bids[won]
        best[won] = place
    return best


def _soonest(keys: Words, seeds: Words, rates: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the place of the bidder who waits shortest for each key."""
    best = np.zeros(len(keys), dtype=np.intp)
    shortest = np.full(len(keys), np.inf)
    for place, (seed, rate) in enumerate(zip(seeds, rates, strict=True)):
        waits = _waits(mix_words(keys ^ seed)) * rate
        won = waits < shortest
        shortest[won] = waits[won]
        best[won] = place
    return best


def _rates(members: Sequence[Member]) -> NDArray[np.float64] | None:
    """Return 1 / weight of each, or None when all are equal and bids say enough."""
    weights = np.array([member.weight for member in members], dtype=np.float64)
    return None if (weights == weights[0]).all() else 1.0 / weights


def _waits(bids: Words) -> NDArray[np.float64]:
    """Return -ln(u) for u even in (0, 1): of equal weights the highest bid is least."""
    uniform = ((bids >> np.uint64(12)) + 0.5) * 2.0**-52
    waits: NDArray[np.float64] = -np.log(uniform)
    return waits

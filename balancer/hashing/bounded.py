"""Consistent hashing with bounded loads: a full backend passes keys on, clockwise.

Source: Mirrokni, Thorup, Zadimoghaddam, "Consistent Hashing with Bounded Loads", SODA
2018 (arXiv:1608.01350), section 2, on the ring of `ring`, with capacities by weight.
For a load factor 1 + e, a key walks O(1 / e^2) points. Promised: nobody has more than
ceil(factor * fair share); whoever comes or goes moves O(1 / e^2) keys for each of its
own, so not only its own; the order in which backends are given does not matter.
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from .mix import slot_keys
from .ring import Ring, ring_of
from .selector import (
    Member,
    Method,
    Nobody,
    Selector,
    WeightedName,
    by_name,
    members_of,
    require,
)

MOST_FACTOR = 100


@dataclass(frozen=True, slots=True)
class Bounded:
    """The method.

    Args:
        factor: most load, as a multiple of the fair share.
        points: of a backend with weight 1 on the ring.
        slots: of the table that `pick` asks: a bound needs a number of keys.
    """

    factor: float = 1.25
    points: int = 160
    slots: int = 65537

    def __post_init__(self) -> None:
        what = f"{self.factor} is not above 1, up to {MOST_FACTOR}"
        require("factor", 1 < self.factor <= MOST_FACTOR, what)
        Ring(self.points)
        require("slots", 1 <= self.slots <= 1 << 24, f"{self.slots} is out of range")

    def build(self, backends: Sequence[WeightedName]) -> Selector:
        """Return a selector; see `Method.build`."""
        members = by_name(members_of(backends))
        if not members:
            return Nobody(self)
        ring = BoundedRing(members, self.points, self.factor)
        return BoundedSelector(self, ring, ring.deal(self.slots))


class BoundedRing:
    """A ring whose backends hold so many keys and no more.

    Args:
        members: who is on it.
        points: of each for a weight of 1.
        factor: most load, as a multiple of the fair share.
    """

    def __init__(self, members: Sequence[Member], points: int, factor: float) -> None:
        self._points, self._owners = ring_of(members, points)
        total = sum(member.weight for member in members)
        self._shares = {m.number: factor * m.weight / total for m in members}

    def owner(self, hash32: int, loads: Sequence[int]) -> int:
        """Return who takes one more key, where everybody has `loads` already."""
        keys = 1 + sum(loads[number] for number in self._shares)
        owners = self._owners
        point = bisect_left(self._points, hash32 << 32) % len(owners)
        while loads[owners[point]] >= ceil(self._shares[owners[point]] * keys):
            point = (point + 1) % len(owners)
        return owners[point]

    def deal(self, slots: int) -> "array[int]":
        """Return the owner of each slot, one after the other, taken as keys."""
        room = [0] * (max(self._shares) + 1)
        for number, share in self._shares.items():
            room[number] = ceil(share * slots)
        owners, last = self._owners.tolist(), len(self._owners)
        points = np.frombuffer(self._points, dtype=np.uint64)
        firsts = np.searchsorted(points, slot_keys(slots)) % last
        dealt = array("I", bytes(4 * slots))
        for slot, point in enumerate(firsts.tolist()):
            while not room[owners[point]]:
                point = (point + 1) % last
            room[owners[point]] -= 1
            dealt[slot] = owners[point]
        return dealt


@dataclass(frozen=True, slots=True, eq=False)
class BoundedSelector:
    """The ring, and the table that was dealt from it."""

    method: Method
    ring: BoundedRing
    slots: "array[int]"

    def pick(self, hash32: int) -> int:
        """Return the backend for a flow's hash."""
        return self.slots[hash32 % len(self.slots)]

    def table(self, slots: int) -> "array[int]":
        """Return the owner of each slot."""
        return self.slots[:] if slots == len(self.slots) else self.ring.deal(slots)

    def change(self, backends: Sequence[WeightedName]) -> Selector:
        """Return a selector without a past: this one has none either."""
        return self.method.build(backends)

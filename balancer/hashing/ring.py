"""Karger's ring: a key belongs to the first point clockwise, a backend has many points.

Source: Karger et al., "Consistent Hashing and Random Trees", STOC 1997, section 4.
Look-up O(log P), memory 12 octets a point, P points. Promised: a backend that comes or
goes moves only its own keys, a weight that rises takes keys and gives none, the order
in which backends are given does not matter. Not promised: balance; shares deviate by
about 1 / sqrt(points).
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .mix import Owners, Words, as_slots, seed_of, sequence
from .selector import (
    Member,
    Method,
    Nobody,
    Selector,
    WeightedName,
    by_name,
    members_of,
    nodes_of,
    require,
)

MOST_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class Ring:
    """The method.

    Args:
        points: of a backend with weight 1 (libketama's 160 by default).
    """

    points: int = 160

    def __post_init__(self) -> None:
        most = f"{self.points} is not from 1 to {MOST_POINTS}"
        require("points", 1 <= self.points <= MOST_POINTS, most)

    def build(self, backends: Sequence[WeightedName]) -> Selector:
        """Return a selector; see `Method.build`."""
        members = by_name(members_of(backends))
        if not members:
            return Nobody(self)
        return RingSelector(self, *ring_of(members, self.points))


@dataclass(frozen=True, slots=True, eq=False)
class RingSelector:
    """The points in ascending order, and the owner of each."""

    method: Method
    points: "array[int]"
    owners: "array[int]"

    def pick(self, hash32: int) -> int:
        """Return the backend for a flow's hash: its place on the ring."""
        point = bisect_left(self.points, hash32 << 32)
        return self.owners[point % len(self.owners)]

    def table(self, slots: int) -> "array[int]":
        """Return owners of slots that stand evenly around the ring."""
        middles = (np.arange(slots, dtype=np.float64) + 0.5) * (2.0**64 / slots)
        return as_slots(self.owners_at(middles.astype(np.uint64)))

    def owners_at(self, places: Words) -> Owners:
        """Return the owners of places on the ring."""
        points = np.frombuffer(self.points, dtype=np.uint64)
        owners = np.frombuffer(self.owners, dtype=np.uint32)
        return owners[np.searchsorted(points, places) % len(owners)]

    def change(self, backends: Sequence[WeightedName]) -> Selector:
        """Return a selector without a past: this one has none either."""
        return self.method.build(backends)


def ring_of(
    members: Sequence[Member], per_weight: int
) -> tuple["array[int]", "array[int]"]:
    """Return all points in ascending order, and their owners."""
    counts = [nodes_of(member, per_weight) for member in members]
    points = np.concatenate(
        [
            sequence(seed_of(member.name), count)
            for member, count in zip(members, counts, strict=True)
        ]
    )
    numbers = np.array([member.number for member in members], dtype=np.uint32)
    # Stable: two backends on one point go by name, not by the order given.
    order = np.argsort(points, kind="stable")
    owners = np.repeat(numbers, counts)[order]
    return array("Q", points[order].tobytes()), as_slots(owners)

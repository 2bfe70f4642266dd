"""Jump: a key's bucket follows from the number of buckets alone, without any table.

Source: Lamping and Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm",
arXiv:1406.2294, 2014, figure 1. Look-up O(ln n), no memory but the names of buckets.
Promised: a bucket more or less at the end moves only the keys of that bucket, balance
is that of random numbers. Not promised: little change when another than the last
leaves, for all buckets after it are renumbered; the order given does matter.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .mix import Words, as_slots, key_of, slot_keys
from .selector import (
    Method,
    Nobody,
    Selector,
    WeightedName,
    members_of,
    nodes_of,
    require,
)

MOST_NODES = 1000
_FACTOR = 2862933555777941757  # of the paper's 64-bit linear congruential generator
_WORD = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Jump:
    """The method.

    Args:
        nodes: buckets of a backend with weight 1.
    """

    nodes: int = 1

    def __post_init__(self) -> None:
        most = f"{self.nodes} is not from 1 to {MOST_NODES}"
        require("nodes", 1 <= self.nodes <= MOST_NODES, most)

    def build(self, backends: Sequence[WeightedName]) -> Selector:
        """Return a selector; see `Method.build`."""
        members = members_of(backends)
        owners = array("I")
        for member in members:
            owners.extend([member.number] * nodes_of(member, self.nodes))
        return JumpSelector(self, owners) if members else Nobody(self)


@dataclass(frozen=True, slots=True, eq=False)
class JumpSelector:
    """The owner of each bucket."""

    method: Method
    owners: "array[int]"

    def pick(self, hash32: int) -> int:
        """Return the backend for a flow's hash."""
        return self.owners[jump(key_of(hash32), len(self.owners))]

    def table(self, slots: int) -> "array[int]":
        """Return the owner of each slot, taken as a key."""
        owners = np.frombuffer(self.owners, dtype=np.uint32)
        return as_slots(owners[jump_all(slot_keys(slots), len(owners))])

    def change(self, backends: Sequence[WeightedName]) -> Selector:
        """Return a selector without a past: this one has none either."""
        return self.method.build(backends)


def jump(key: int, buckets: int) -> int:
    """Return the bucket of a 64-bit key, the paper's `JumpConsistentHash`."""
    bucket, landing = -1, 0
    while landing < buckets:
        bucket = landing
        key = (key * _FACTOR + 1) & _WORD
        landing = int((bucket + 1) * (float(1 << 31) / float((key >> 33) + 1)))
    return bucket


def jump_all(keys: Words, buckets: int) -> NDArray[np.int64]:
    """Return `jump` of each key: all jump at once, until the last has landed."""
    found = np.zeros(len(keys), dtype=np.int64)
    under_way = np.arange(len(keys))
    landings = np.zeros(len(keys), dtype=np.int64)
    while len(under_way):
        found[under_way] = landings
        keys = keys * np.uint64(_FACTOR) + np.uint64(1)
        lengths = float(1 << 31) / ((keys >> np.uint64(33)) + 1.0)
        landings = ((landings + 1) * lengths).astype(np.int64)
        inside = landings < buckets
        under_way, keys, landings = under_way[inside], keys[inside], landings[inside]
    return found

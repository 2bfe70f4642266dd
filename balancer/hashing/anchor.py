"""AnchorHash: minimal disruption whoever leaves, as long as the past is remembered.

Source: Mendelson, Vargaftik, Barabash, Lorenz, Keslassy, Orda, "AnchorHash: A Scalable
Consistent Hash", IEEE/ACM Transactions on Networking 29(2), 2021 (arXiv:1812.09674),
section 5 and algorithms 2 and 3. Look-up O((1 + ln(a / w))^2) for w working buckets of
a, change O(1) a bucket, memory 4 words a bucket. Promised: `change` moves only the
keys of who left and those that who came takes; balance is that of random numbers. Not
promised: agreement of balancers that saw changes in different orders or were restarted,
for a bucket that comes back is always the one that went last.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigError
from .anchor_buckets import Buckets
from .mix import Words, as_slots, key_of, mix_words, slot_keys
from .selector import (
    Nobody,
    Selector,
    WeightedName,
    by_name,
    members_of,
    nodes_of,
    require,
)

MOST_BUCKETS = 1 << 20
MOST_NODES = 1000
_SPARE = 4  # buckets for each one that is needed at first


@dataclass(frozen=True, slots=True)
class Anchor:
    """The method.

    Args:
        capacity: most buckets there can ever be; 0 for four times what is needed at
            first, and a new start without a past when that is too little.
        nodes: buckets of a backend with weight 1.
    """

    capacity: int = 0
    nodes: int = 1

    def __post_init__(self) -> None:
        most = f"{self.capacity} is not from 0 to {MOST_BUCKETS}"
        require("capacity", 0 <= self.capacity <= MOST_BUCKETS, most)
        most = f"{self.nodes} is not from 1 to {MOST_NODES}"
        require("nodes", 1 <= self.nodes <= MOST_NODES, most)

    def build(self, backends: Sequence[WeightedName]) -> Selector:
        """Return a selector; see `Method.build`."""
        wanted = self.wanted(backends)
        if not wanted:
            return Nobody(self)
        owners = [name for name, count in wanted.items() for _ in range(count)]
        capacity = self.capacity or _SPARE * len(owners)
        named = dict(enumerate(owners))
        return AnchorSelector(
            self, Buckets(capacity, len(owners)), named, _numbers(backends)
        )

    def wanted(self, backends: Sequence[WeightedName]) -> dict[str, int]:
        """Return how many buckets each backend should have, in the order of names.

        Raises:
            ConfigError: two backends have one name, or they need more than `capacity`.
        """
        members = by_name(members_of(backends))
        wanted = {member.name: nodes_of(member, self.nodes) for member in members}
        if self.capacity and (needed := sum(wanted.values())) > self.capacity:
            what = f"{needed} buckets are needed, the capacity is {self.capacity}"
            raise ConfigError(f"capacity: {what}")
        return wanted


@dataclass(frozen=True, slots=True, eq=False)
class AnchorSelector:
    """The buckets, and whose each working one is."""

    method: Anchor
    buckets: Buckets
    names: Mapping[int, str]
    numbers: Mapping[str, int]

    def pick(self, hash32: int) -> int:
        """Return the backend for a flow's hash."""
        return self.numbers[self.names[self.buckets.find(key_of(hash32))]]

    def table(self, slots: int) -> "array[int]":
        """Return the owner of each slot, taken as a key."""
        owners = np.zeros(self.buckets.capacity, dtype=np.uint32)
        for bucket, name in self.names.items():
            owners[bucket] = self.numbers[name]
        return as_slots(owners[find_all(self.buckets, slot_keys(slots))])

    def change(self, backends: Sequence[WeightedName]) -> Selector:
        """Return the selector after a change: first who leaves, then who comes."""
        wanted = self.method.wanted(backends)
        held = _held(self.names)
        kept = sum(min(wanted.get(name, 0), len(held[name])) for name in held)
        # The paper's working set is never empty.
        if not kept or sum(wanted.values()) > self.buckets.capacity:
            return self.method.build(backends)
        buckets, names = self.buckets.copy(), dict(self.names)
        for name, its in held.items():
            for bucket in its[wanted.get(name, 0) :]:
                buckets.remove(bucket)
                del names[bucket]
        for name, count in wanted.items():
            for _ in range(count - len(held.get(name, ()))):
                names[buckets.add()] = name
        return AnchorSelector(self.method, buckets, names, _numbers(backends))


def find_all(buckets: Buckets, keys: Words) -> NDArray[np.int64]:
    """Return `buckets.find` of each key."""
    sizes = np.array(buckets.sizes, dtype=np.int64)
    successors = np.array(buckets.successors, dtype=np.int64)
    found = (keys % np.uint64(buckets.capacity)).astype(np.int64)
    wandering = np.flatnonzero(sizes[found])
    while len(wandering):
        at = found[wandering]
        size = sizes[at]
        seeds = mix_words(at.astype(np.uint64))
        hashes = mix_words(keys[wandering] ^ seeds) % size.astype(np.uint64)
        found[wandering] = _at_size(hashes.astype(np.int64), size, sizes, successors)
        wandering = wandering[sizes[found[wandering]] > 0]
    return found


def _at_size(
    at: NDArray[np.int64],
    size: NDArray[np.int64],
    sizes: NDArray[np.int64],
    successors: NDArray[np.int64],
) -> NDArray[np.int64]:
    while (gone := sizes[at] >= size).any():
        at = np.where(gone, successors[at], at)
    return at


def _held(names: Mapping[int, str]) -> dict[str, list[int]]:
    """Return each backend's buckets, in the order in which it got them."""
    held: dict[str, list[int]] = {}
    for bucket, name in names.items():
        held.setdefault(name, []).append(bucket)
    return held


def _numbers(backends: Sequence[WeightedName]) -> dict[str, int]:
    return {backend.name: number for number, backend in enumerate(backends)}

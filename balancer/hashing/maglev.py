"""Maglev's consistent hashing: a table of slots, filled by the backends in turn.

Source: Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer",
NSDI 2016, section 3.4. Weights, which the paper leaves open, give a backend its turn
in as many rounds as its weight is of the heaviest one's.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import mmh3

TABLE_SIZE = 65537  # slots; the paper's small table, a prime
EMPTY = 0xFFFFFFFF  # in every slot when no backend has a weight
_OFFSET_SEED, _SKIP_SEED = 0x6F66, 0x736B  # any two that differ


@dataclass(frozen=True, slots=True)
class Permutation:
    """The order in which a backend wants the slots: offset, offset + skip, ..."""

    offset: int
    skip: int


def maglev_table(
    weights: dict[str, int], first: int = 0, size: int = TABLE_SIZE
) -> "array[int]":
    """Return the owner of each slot: `first` plus the position of its name.

    Args:
        weights: backends by name, in an order that all balancers share; 0 keeps a
            backend out.
        first: the number of the first name.
        size: slots, a prime.
    """
    members = [
        (name, number) for number, name in enumerate(weights, first) if weights[name]
    ]
    if not members:
        return array("I", [EMPTY]) * size
    permutations = [permutation(name, size) for name, _ in members]
    owners = fill(permutations, [weights[name] for name, _ in members], size)
    return array("I", [members[owner][1] for owner in owners])


def permutation(name: str, size: int) -> Permutation:
    """Return a backend's order of preference: two hashes of its name (section 3.4)."""
    offset: int = mmh3.hash(name, _OFFSET_SEED, signed=False)
    skip: int = mmh3.hash(name, _SKIP_SEED, signed=False)
    return Permutation(offset % size, skip % (size - 1) + 1)


def fill(
    permutations: Sequence[Permutation], weights: Sequence[int], size: int
) -> list[int]:
    """Return the owner of each slot: each in turn takes the next free one it wants."""
    owners = [-1] * size
    wanted = [each.offset for each in permutations]
    skips = [each.skip for each in permutations]
    # On average ln(size) tries a slot: this loop is all of the cost.
    for owner in islice(take_turns(weights), size):
        slot, skip = wanted[owner], skips[owner]
        while owners[slot] >= 0:
            slot += skip
            if slot >= size:
                slot -= size
        owners[slot] = owner
        wanted[owner] = slot
    return owners


def take_turns(weights: Sequence[int]) -> Iterator[int]:
    """Return backends without end, each as often as its share of the heaviest weight.

    In every round all backends in order earn their weight, and one that has earned
    the heaviest weight spends it on a turn. Equal weights give the paper's order.
    """
    heaviest = max(weights)
    if min(weights) == heaviest:
        return cycle(range(len(weights)))
    return _weighted_turns(weights, heaviest)


def _weighted_turns(weights: Sequence[int], heaviest: int) -> Iterator[int]:
    credit = [0] * len(weights)
    while True:
        for owner, weight in enumerate(weights):
            credit[owner] += weight
            if credit[owner] >= heaviest:
                credit[owner] -= heaviest
                yield owner

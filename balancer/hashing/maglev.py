"""Maglev's consistent hashing: a table of slots, filled by the backends in turn.

Source: Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer",
NSDI 2016, section 3.4. Weights, which the paper leaves open, give a backend its turn
in as many rounds as its weight is of the heaviest one's. Look-up O(1), memory 4 octets
a slot; building tries about ln(M) slots for each of M, O(M ln M), and O(M^2) at worst.
Promised: slots to within one of the share when weights are equal, and otherwise to
within as many as there are backends; a selector does not depend on the order in which
backends are given. Not promised: minimal disruption; some slots of survivors change
too, the fewer the more slots there are for each backend.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from math import isqrt

import mmh3

from .selector import (
    EMPTY,
    Member,
    Method,
    Nobody,
    Selector,
    WeightedName,
    by_name,
    members_of,
    require,
)

TABLE_SIZE = 65537  # slots; the paper's small table, a prime
MOST_SLOTS = 1 << 24
_GRAINS = 1000  # of a weight of 1: turns are counted in whole numbers
_OFFSET_SEED, _SKIP_SEED = 0x6F66, 0x736B  # any two that differ


@dataclass(frozen=True, slots=True)
class Permutation:
    """The order in which a backend wants the slots: offset, offset + skip, ..."""

    offset: int
    skip: int


@dataclass(frozen=True, slots=True)
class Maglev:
    """The method.

    Args:
        size: slots of the table that `pick` asks, a prime; the paper's are 65537 and
            655373.
    """

    size: int = TABLE_SIZE

    def __post_init__(self) -> None:
        require_prime("size", self.size)

    def build(self, backends: Sequence[WeightedName]) -> Selector:
        """Return a selector; see `Method.build`."""
        members = tuple(by_name(members_of(backends)))
        if not members:
            return Nobody(self)
        return MaglevSelector(self, members, _owners(members, self.size))


@dataclass(frozen=True, slots=True, eq=False)
class MaglevSelector:
    """The members in the order of their names, and the table that they filled."""

    method: Method
    members: tuple[Member, ...]
    slots: "array[int]"

    def pick(self, hash32: int) -> int:
        """Return the backend for a flow's hash."""
        return self.slots[hash32 % len(self.slots)]

    def table(self, slots: int) -> "array[int]":
        """Return the owner of each slot; `slots` is a prime, else ConfigError."""
        if slots == len(self.slots):
            return self.slots[:]
        require_prime("slots", slots)
        return _owners(self.members, slots)

    def change(self, backends: Sequence[WeightedName]) -> Selector:
        """Return a selector without a past: this one has none either."""
        return self.method.build(backends)


def require_prime(option: str, size: int) -> None:
    """Raise ConfigError unless every skip is prime to the size of the table."""
    require(option, 2 <= size <= MOST_SLOTS, f"{size} is not from 2 to {MOST_SLOTS}")
    prime = all(size % divisor for divisor in range(2, isqrt(size) + 1))
    require(option, prime, f"{size} is not a prime")


def whole_weights(weights: Sequence[float]) -> list[int]:
    """Return weights in whole numbers, in proportion; fractions to a thousandth."""
    if all(weight == int(weight) for weight in weights):
        return [int(weight) for weight in weights]
    return [max(1, round(weight * _GRAINS)) for weight in weights]


def _owners(members: Sequence[Member], size: int) -> "array[int]":
    permutations = [permutation(member.name, size) for member in members]
    weights = whole_weights([member.weight for member in members])
    numbers = [member.number for member in members]
    owners = fill(permutations, weights, size)
    return array("I", [numbers[owner] for owner in owners])


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
    owners = [0] * size
    # Octets beside the owners: they stay in a core's cache, which the list does not.
    taken = bytearray(size)
    wanted = [each.offset for each in permutations]
    skips = [each.skip for each in permutations]
    # On average ln(size) tries a slot: this loop is all of the cost.
    for owner in islice(take_turns(weights), size):
        slot, skip = wanted[owner], skips[owner]
        while taken[slot]:
            slot = (slot + skip) % size
        taken[slot] = 1
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
    # The same number objects in each round: 65537 new ones would fill the cache.
    owners = list(range(len(weights)))
    credit = [0] * len(weights)
    while True:
        for owner, weight in zip(owners, weights, strict=True):
            credit[owner] += weight
            if credit[owner] >= heaviest:
                credit[owner] -= heaviest
                yield owner

"""In which orders several addresses may stand in an answer."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import permutations

import mmh3

from .lots import Arrangement, Lot

ALL_PERMUTATIONS = 4  # addresses; more have 120 orders and more, of which some do
SHUFFLES = 12
SEED = 0x6F7264


class Order(StrEnum):
    """How addresses of one answer are ordered from query to query."""

    FIXED = "fixed"
    RANDOM = "random"
    ROTATED = "rotated"


def arrangements(addresses: Sequence[int], order: Order) -> tuple[Arrangement, ...]:
    """Return the orders of these addresses that an answer can have.

    A random one is one of all up to `ALL_PERMUTATIONS` addresses, else one of some
    shuffles with all their rotations: each address is at each position equally often,
    and answers can be kept ready.
    """
    given = tuple(addresses)
    match order:
        case Order.FIXED:
            return (given,)
        case Order.ROTATED:
            return rotations(given)
        case Order.RANDOM if len(given) <= ALL_PERMUTATIONS:
            return tuple(permutations(given))
    shuffles = (shuffled(given, SEED + number) for number in range(SHUFFLES))
    return tuple(each for shuffle in shuffles for each in rotations(shuffle))


def ordered(addresses: Sequence[int], order: Order) -> Lot:
    """Return the lot of one set of addresses."""
    found = arrangements(addresses, order)
    if order is Order.RANDOM:
        return Lot(found, tuple(float(number) for number in range(1, len(found) + 1)))
    return Lot(found)


def rotations(addresses: Arrangement) -> tuple[Arrangement, ...]:
    """Return the addresses, beginning with each in turn."""
    return tuple(addresses[i:] + addresses[:i] for i in range(len(addresses)))


def shuffled(addresses: Arrangement, seed: int) -> Arrangement:
    """Return a permutation that a seed stands for."""
    return tuple(
        sorted(addresses, key=lambda address: mmh3.hash(address.to_bytes(2), seed))
    )

"""How unequal shares get when unequal crowds are sent somewhere by chance: pure."""

import math
import random
from collections.abc import Sequence
from statistics import fmean

SIMULATED = 4000
TAIL = 0.001


def variation_of(shares: Sequence[Sequence[float]]) -> float:
    """Return the coefficient of variation of shares, over instants and sites."""
    squares = [(len(row) * share - 1) ** 2 for row in shares for share in row]
    return math.sqrt(fmean(squares)) if squares else 0.0


def predicted_variation(weights: Sequence[float], sites: int) -> float:
    """Return the closed form: each weight at one of so many equal sites, by chance."""
    return math.sqrt((sites - 1) * sum(weight * weight for weight in weights))


def variation_range(
    weights: Sequence[float], sites: int, instants: int, source: random.Random
) -> tuple[float, float]:
    """Return between what it lies by chance alone, in all but 0.2 % of measurements."""
    found = sorted(
        variation_of([_thrown(weights, sites, source) for _ in range(instants)])
        for _ in range(SIMULATED)
    )
    return found[int(TAIL * SIMULATED)], found[-1 - int(TAIL * SIMULATED)]


def _thrown(
    weights: Sequence[float], sites: int, source: random.Random
) -> Sequence[float]:
    shares = [0.0] * sites
    for weight in weights:
        shares[int(source.random() * sites)] += weight
    return shares

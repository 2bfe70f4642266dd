"""Pearson's χ² test of equal chances: closed forms, nothing measured."""

import math
from collections.abc import Sequence


def equal_p(counts: Sequence[int]) -> float:
    """Return how likely counts as uneven as these are, were all equally probable.

    1 for nothing to compare.
    """
    total = sum(counts)
    if len(counts) < 2 or not total:
        return 1.0
    expected = total / len(counts)
    statistic = sum((count - expected) ** 2 for count in counts) / expected
    return upper_tail(statistic, len(counts) - 1)


def upper_tail(statistic: float, freedom: int) -> float:
    """Return P(χ² >= `statistic`) with so many degrees of freedom.

    That is Q(freedom/2, statistic/2), with Q(a+1, x) = Q(a, x) + x^a e^-x / Γ(a+1),
    Q(1/2, x) = erfc(√x) and Q(1, x) = e^-x (Abramowitz and Stegun, 6.5).
    """
    x = statistic / 2
    if x <= 0:
        return 1.0
    a = 1.0 if freedom % 2 == 0 else 0.5
    tail = math.exp(-x) if a == 1.0 else math.erfc(math.sqrt(x))
    while a < freedom / 2:
        tail += math.exp(a * math.log(x) - x - math.lgamma(a + 1))
        a += 1
    return min(1.0, tail)

"""What a cache with a TTL does to Poisson queries: closed forms, nothing measured.

A name's life in a cache is a renewal process: a miss fetches the record, it serves
for T seconds, and the next query after that, 1/λ later on average, is the next miss.
(Jung, Berger, Balakrishnan, "Modeling TTL-based Internet caches", INFOCOM 2003.)
"""

import math
from dataclasses import dataclass

# 99.9 %, two-sided: with a dozen resolvers one false alarm in about a hundred runs.
DEVIATIONS = 3.29


@dataclass(frozen=True, slots=True)
class Load:
    """Poisson queries to a cold cache: `names` names, each at `rate_qps`."""

    names: int
    rate_qps: float
    window_s: float


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a count should lie; `low` and `high` include the sampling error."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether `value` lies inside."""
        return self.low <= value <= self.high


def hit_ratio(rate_qps: float, ttl_s: float) -> float:
    """Return the share of queries that the cache answers: λT / (1 + λT)."""
    return rate_qps * ttl_s / (1 + rate_qps * ttl_s)


def authority_rate_qps(rate_qps: float, ttl_s: float) -> float:
    """Return the queries per second that pass through the cache: λ / (1 + λT)."""
    return rate_qps / (1 + rate_qps * ttl_s)


def misses(load: Load, ttl_s: float) -> tuple[float, float]:
    """Return mean and variance of the misses in the window, over all names.

    Exact for a window that starts with an empty cache: the k-th miss falls at
    (k-1)·T + Gamma(k, λ), so P(N >= k) is a Poisson tail.
    """
    mean = second_moment = 0.0
    k = 1
    while (left_s := load.window_s - (k - 1) * ttl_s) > 0:
        reached = _poisson_at_least(k, load.rate_qps * left_s)
        if reached < 1e-12:
            break
        mean += reached
        second_moment += (2 * k - 1) * reached
        k += 1
    # A sure count has no variance; rounding may leave it a hair below.
    return load.names * mean, load.names * max(0.0, second_moment - mean * mean)


def predicted_misses(load: Load, ttl_low_s: float, ttl_high_s: float) -> Interval:
    """Return where the misses lie if the record serves `ttl_low_s`..`ttl_high_s`."""
    most, most_variance = misses(load, ttl_low_s)
    least, least_variance = misses(load, ttl_high_s)
    return Interval(
        low=max(0.0, least - DEVIATIONS * math.sqrt(least_variance)),
        high=most + DEVIATIONS * math.sqrt(most_variance),
    )


def _poisson_at_least(count: int, mean: float) -> float:
    """Return P(Poisson(mean) >= count); in logarithms, as exp(-mean) may be 0."""
    log_mean = math.log(mean)
    below = sum(
        math.exp(i * log_mean - mean - math.lgamma(i + 1)) for i in range(count)
    )
    return max(0.0, 1.0 - below)

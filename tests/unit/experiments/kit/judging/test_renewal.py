import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.kit.judging.renewal import (
    Load,
    authority_rate_qps,
    hit_ratio,
    misses,
    predicted_misses,
)


@pytest.mark.parametrize(
    ("rate_qps", "ttl_s", "ratio", "passed_qps"),
    [
        pytest.param(1.0, 1.0, 0.5, 0.5, id="as often as it lives"),
        pytest.param(10.0, 30.0, 300 / 301, 10 / 301, id="busy"),
        pytest.param(0.5, 0.0, 0.0, 0.5, id="nothing is kept"),
    ],
)
def test_closed_form(
    rate_qps: float, ttl_s: float, ratio: float, passed_qps: float
) -> None:
    assert hit_ratio(rate_qps, ttl_s) == pytest.approx(ratio)
    assert authority_rate_qps(rate_qps, ttl_s) == pytest.approx(passed_qps)


def test_a_long_window_comes_to_the_closed_form() -> None:
    mean, _ = misses(Load(1, 2.0, 5000.0), 5.0)
    assert mean / 5000 == pytest.approx(authority_rate_qps(2.0, 5.0), rel=0.002)


def test_without_a_cache_every_query_passes() -> None:
    mean, variance = misses(Load(3, 2.0, 10.0), 0.0)
    assert mean == pytest.approx(60.0)
    assert variance == pytest.approx(60.0)


def simulated_misses(load: Load, ttl_s: float, source: random.Random) -> int:
    count = 0
    for _ in range(load.names):
        at_s, fresh_until_s = source.expovariate(load.rate_qps), 0.0
        while at_s < load.window_s:
            if at_s >= fresh_until_s:
                count += 1
                fresh_until_s = at_s + ttl_s
            at_s += source.expovariate(load.rate_qps)
    return count


def test_mean_and_variance_are_those_of_a_simulated_cache() -> None:
    load, source = Load(16, 0.5, 20.0), random.Random(7)
    counts = [simulated_misses(load, 5.0, source) for _ in range(800)]
    mean = sum(counts) / len(counts)
    variance = sum((count - mean) ** 2 for count in counts) / len(counts)
    predicted_mean, predicted_variance = misses(load, 5.0)
    assert mean == pytest.approx(predicted_mean, rel=0.01)
    assert variance == pytest.approx(predicted_variance, rel=0.2)


@given(st.floats(0.1, 5.0), st.floats(2.0, 20.0), st.integers(1, 40))
def test_the_interval_holds_both_means(
    rate_qps: float, ttl_s: float, names: int
) -> None:
    load = Load(names, rate_qps, 30.0)
    interval = predicted_misses(load, ttl_s - 1, ttl_s + 1)
    assert interval.holds(misses(load, ttl_s - 1)[0])
    assert interval.holds(misses(load, ttl_s + 1)[0])
    assert interval.holds(misses(load, ttl_s)[0])

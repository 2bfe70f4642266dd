"""The histogram's quantiles against those of the sorted values."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topo.relay.lateness import BUCKETS, count, quantile_us

late_us = st.lists(st.integers(-490, 9_000_000), min_size=1, max_size=50)


@given(late_us, st.sampled_from([0.0, 0.5, 0.99, 1.0]))
def test_quantiles_are_10_us_or_10_percent_exact(values: list[int], share: float):
    histogram = count(np.array(values) * 1000)
    rank = int(share * (len(values) - 1))
    exact = sorted(values)[rank]
    assert abs(quantile_us(histogram, share) - exact) <= max(10, abs(exact) * 0.11)


@given(late_us, late_us)
def test_histograms_add_up(one: list[int], two: list[int]) -> None:
    added = count(np.array(one) * 1000) + count(np.array(two) * 1000)
    assert added.tolist() == count(np.array(one + two) * 1000).tolist()


def test_what_is_off_the_scale_is_counted_at_its_ends() -> None:
    histogram = count(np.array([-(10**12), 10**12]))
    assert (histogram[0], histogram[BUCKETS - 1]) == (1, 1)
    assert quantile_us(histogram, 0.0) == pytest.approx(-500)
    assert quantile_us(histogram, 1.0) == pytest.approx(1e7)


def test_nothing_has_no_quantile() -> None:
    assert math.isnan(quantile_us(np.zeros(BUCKETS, np.int64), 0.5))

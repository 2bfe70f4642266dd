"""Jump: the paper's function on values that its C++ gives, and its promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.hashing.catalogue import selector
from balancer.hashing.jump import jump, jump_all
from balancer.hashing.selector import WeightedName


@pytest.mark.parametrize(
    ("key", "buckets", "bucket"),
    [
        pytest.param(0, 1000, 0, id="key 0"),
        pytest.param(1, 1, 0, id="one bucket"),
        pytest.param(42, 57, 43, id="42 of 57"),
        pytest.param(256, 1024, 520, id="256 of 1024"),
        pytest.param(0xDEAD10CC, 666, 361, id="a 32-bit key"),
        pytest.param(10863919174838991, 10, 6, id="a 54-bit key"),
        pytest.param(2016238256797177309, 10, 3, id="a 61-bit key"),
        pytest.param(2**64 - 1, 1_000_000, 589430, id="all bits, a million buckets"),
    ],
)
def test_figure_1(key: int, buckets: int, bucket: int) -> None:
    assert jump(key, buckets) == bucket


@given(st.lists(st.integers(0, 2**64 - 1)), st.integers(1, 10**6))
def test_an_array_jumps_as_its_keys_do(keys: list[int], buckets: int) -> None:
    found = jump_all(np.array(keys, dtype=np.uint64), buckets)
    assert found.tolist() == [jump(key, buckets) for key in keys]


@given(st.integers(0, 2**64 - 1), st.integers(1, 1000))
def test_a_bucket_more_only_takes(key: int, buckets: int) -> None:
    assert jump(key, buckets + 1) in (jump(key, buckets), buckets)


def test_the_last_backend_leaves_without_moving_others() -> None:
    among = [WeightedName(f"be{number}", number + 1) for number in range(5)]
    built = selector("jump").build(among)
    before, after = built.table(251), built.change(among[:4]).table(251)
    assert all(a == b for a, b in zip(before, after, strict=True) if a != 4)

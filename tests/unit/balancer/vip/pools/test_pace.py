"""Slow start: steps that end with the whole weight, and a clock that finds them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from balancer.vip.pools.pace import AT_ONCE, NEVER_S, SlowStart


@pytest.mark.parametrize(
    ("since_s", "share"),
    [(0, 0.25), (1.99, 0.25), (2, 0.5), (5.9, 0.75), (6, 1), (1e9, 1)],
)
def test_four_steps(since_s: float, share: float) -> None:
    assert SlowStart(6.0, 4).share(since_s) == share


def test_no_ramp() -> None:
    assert AT_ONCE.share(0) == 1
    assert AT_ONCE.next_step_s(0) == NEVER_S


@given(st.floats(0.01, 3600), st.integers(2, 100), st.floats(0, 1))
@example(2777.1875, 43, 0.9999999999999999)
def test_the_share_grows_at_the_steps_that_are_told(
    duration_s: float, steps: int, part: float
) -> None:
    slow_start, since_s = SlowStart(duration_s, steps), part * duration_s
    wait_s = slow_start.next_step_s(since_s)
    if wait_s == NEVER_S:
        assert slow_start.share(since_s) == 1
        return
    before = slow_start.share(since_s)
    assert 0 < before < 1
    assert slow_start.share(since_s + wait_s + duration_s * 1e-9) > before

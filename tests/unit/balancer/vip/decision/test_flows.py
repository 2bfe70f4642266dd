"""The flow table's bounds: how many flows, for how long, and how many new ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.model import FiveTuple
from balancer.vip.decision.clock import (
    TICK_S,
    WINDOW_S,
    Rate,
    monotonic_ticks,
    passed_since,
    per_window,
    seconds,
    tick_at,
    ticks,
)
from balancer.vip.decision.flows import Flows
from balancer.vip.tables.options import Limits


def flow(number: int) -> FiveTuple:
    return FiveTuple(4, number, 1, 6, 1, 80)


def test_the_longest_unused_is_forgotten_and_counted() -> None:
    flows = Flows(Limits(flows=2))
    flows.insert(flow(1), 1, 0.0)
    flows.insert(flow(2), 2, 0.0)
    flows.touch(flow(1), 1.0)
    flows.insert(flow(3), 3, 2.0)
    assert dict(flows) == {flow(1): 1, flow(3): 3}
    assert flows.evicted == 1


def test_an_unknown_flow_has_no_backend() -> None:
    assert Flows(Limits()).find(flow(1), 0.0) is None


def test_a_flow_idle_for_too_long_is_unknown_until_it_is_inserted_again() -> None:
    flows = Flows(Limits(idle_s=10.0))
    flows.insert(flow(1), 1, 0.0)
    assert flows.find(flow(1), 10.0) == 1
    assert flows.find(flow(1), 10.1) is None
    flows.insert(flow(1), 2, 11.0)
    assert flows.find(flow(1), 21.0) == 2


def test_using_a_flow_keeps_it() -> None:
    flows = Flows(Limits(idle_s=10.0))
    flows.insert(flow(1), 1, 0.0)
    flows.touch(flow(1), 9.0)
    assert flows.find(flow(1), 19.0) == 1


def test_too_many_new_flows_are_refused_until_the_next_window() -> None:
    flows = Flows(Limits(new_flows_per_s=2.5 / WINDOW_S))
    assert [flows.insert(flow(n), n, 0.0) for n in range(3)] == [True, True, False]
    assert flows.insert(flow(0), 5, 0.0), "what is in the table takes no other place"
    assert flows.insert(flow(3), 3, WINDOW_S + 0.01)
    assert dict(flows) == {flow(0): 5, flow(1): 1, flow(3): 3}


@given(st.lists(st.integers(0, 20)), st.integers(1, 5))
def test_it_never_holds_more_than_its_limit(numbers: list[int], limit: int) -> None:
    flows = Flows(Limits(limit))
    for number in numbers:
        flows.insert(flow(number), number, 0.0)
        assert flows.find(flow(number), 0.0) == number
        assert len(flows) <= limit


@given(st.integers(1, 5), st.lists(st.floats(0, 10), max_size=60))
def test_no_window_has_more_than_its_rate(limit: int, times: list[float]) -> None:
    rate = Rate(limit)
    admitted = [now for now in sorted(times) if rate.admit(now)]
    for start in admitted:
        within = [now for now in admitted if start <= now < start + WINDOW_S]
        assert len(within) <= 2 * limit  # of two windows at most


def test_a_rate_is_never_nothing() -> None:
    assert per_window(0.001) == 1


def test_ticks_are_the_kernels() -> None:
    assert ticks(0.0) == 0
    assert ticks(TICK_S) == 1
    assert seconds(ticks(7.0)) == pytest.approx(7.0, abs=TICK_S)
    assert tick_at(300.0) == 0
    assert tick_at(0.0) == (1 << 32) - ticks(300.0), "it starts below 0"
    assert tick_at(301.0) - tick_at(300.0) == ticks(1.0)


@pytest.mark.parametrize("ago", [0, 1000, -1000])
def test_ticks_may_be_to_come(ago: int) -> None:
    then = monotonic_ticks() - ago & 0xFFFFFFFF
    assert passed_since(then) == pytest.approx(ago, abs=ticks(1.0))

"""Policies with a state: whose turn it is, who has least, and what tracking changes."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.hashing.bounded_loads import BoundedLoads
from balancer.hashing.catalogue import POLICIES, selector
from balancer.hashing.least_loaded import LeastLoaded
from balancer.hashing.round_robin import RoundRobin
from balancer.hashing.selector import Method, Policy, WeightedName
from balancer.hashing.tracked import Tracked

ABC = [WeightedName("a"), WeightedName("b"), WeightedName("c")]


def picks(policy: Policy, count: int) -> str:
    return "".join("abc"[policy.pick(hash32)] for hash32 in range(count))


@pytest.mark.parametrize(
    ("method", "weights", "expected"),
    [
        pytest.param(RoundRobin(), (1, 1, 1), "abcabcabc", id="turns"),
        pytest.param(RoundRobin(), (1, 0, 2), "cacc", id="turns by weight"),
        pytest.param(LeastLoaded(), (1, 1, 1), "abcabcabc", id="loads"),
        pytest.param(LeastLoaded(), (1, 0, 2), "caccac", id="loads by weight"),
    ],
)
def test_the_first_flows(
    method: Method, weights: tuple[int, ...], expected: str
) -> None:
    among = [
        WeightedName(name, weight) for name, weight in zip("abc", weights, strict=True)
    ]
    policy = method.build(among)
    table = "".join("abc"[number] for number in policy.table(len(expected)))
    assert table == picks(policy, len(expected)) == expected


def test_ends_are_counted_and_unknown_ones_are_not() -> None:
    policy = LeastLoaded().build(ABC)
    picks(policy, 6)
    policy.ended(1)
    policy.ended(1)
    policy.ended(1)
    assert picks(policy, 4) == "bbab"


def test_who_was_drained_comes_back_with_its_flows() -> None:
    policy = LeastLoaded().build(ABC)
    picks(policy, 3)
    drained = policy.change([ABC[0], WeightedName("b", 0), ABC[2]])
    assert picks(drained, 4) == "acac"
    back = drained.change(ABC)
    assert picks(back, 3) == "bba"


def test_who_was_gone_comes_back_without_its_flows() -> None:
    policy = LeastLoaded().build(ABC)
    picks(policy, 9)
    assert picks(policy.change(ABC[:2]).change(ABC), 3) == "ccc"


@given(st.lists(st.integers(0, 2**32 - 1), max_size=60), st.data())
def test_bounded_loads_at_any_time(hashes: list[int], data: st.DataObject) -> None:
    policy, flows = BoundedLoads(factor=1.25, points=5).build(ABC), [0, 0, 0]
    for hash32 in hashes:
        number = policy.pick(hash32)
        flows[number] += 1
        assert flows[number] <= ceil(1.25 * sum(flows) / 3)
        if data.draw(st.booleans()):
            policy.ended(number)
            flows[number] -= 1


def test_bounded_loads_follow_the_ring_while_there_is_room() -> None:
    free = BoundedLoads(factor=100).build(ABC)
    ring = selector("ring").build(ABC)
    assert [free.pick(n << 24) for n in range(200)] == [
        ring.pick(n << 24) for n in range(200)
    ]


@pytest.mark.parametrize("name", POLICIES)
def test_tracking_keeps_a_flow_whole_and_its_absence_tears_it(name: str) -> None:
    policy = selector(name).build(ABC)
    tracked = Tracked(selector(name).build(ABC), ABC, limit=10)
    assert len({policy.pick(7) for _ in range(30)}) > 1
    assert len({tracked.pick("flow", 7) for _ in range(30)}) == 1


def test_a_drained_backend_keeps_its_flows_and_a_gone_one_does_not() -> None:
    tracked = Tracked(RoundRobin().build(ABC), ABC, limit=10)
    assert [tracked.pick(flow, 0) for flow in "xyz"] == [0, 1, 2]
    tracked.change([WeightedName("a", 0), *ABC[1:]])
    assert [tracked.pick(flow, 0) for flow in "xyz"] == [0, 1, 2]
    assert tracked.pick("new", 0) == 1
    tracked.change([ABC[2], ABC[1]])
    assert [tracked.pick(flow, 0) for flow in "yz"] == [1, 0]
    assert tracked.pick("x", 0) in (0, 1)


def test_a_full_table_forgets_the_flow_unused_for_longest() -> None:
    tracked = Tracked(LeastLoaded().build(ABC), ABC, limit=2)
    assert [tracked.pick(flow, 0) for flow in "xyxz"] == [0, 1, 0, 2]
    assert (len(tracked), tracked.forgotten) == (2, 1)
    # The load of the forgotten flow is not held against its backend.
    assert tracked.pick("new", 0) == 1
    tracked.ended("new")
    tracked.ended("never seen")
    assert len(tracked) == 1
    assert tracked.pick("last", 0) == 0


def test_without_backends_nothing_is_tracked() -> None:
    tracked = Tracked(LeastLoaded().build([]), [], limit=2)
    tracked.pick("x", 0)
    assert len(tracked) == 0

"""The flow table's bound: who was longest unused is forgotten."""

from hypothesis import given
from hypothesis import strategies as st

from balancer.model import FiveTuple
from balancer.vip.flows import Flows


def flow(number: int) -> FiveTuple:
    return FiveTuple(4, number, 1, 6, 1, 80)


def test_the_longest_unused_is_forgotten() -> None:
    flows = Flows(limit=2)
    flows.insert(flow(1), 1)
    flows.insert(flow(2), 2)
    assert flows.use(flow(1)) == 1
    flows.insert(flow(3), 3)
    assert dict(flows) == {flow(1): 1, flow(3): 3}


def test_an_unknown_flow_has_no_backend() -> None:
    assert Flows().use(flow(1)) is None


@given(st.lists(st.integers(0, 20)), st.integers(1, 5))
def test_it_never_holds_more_than_its_limit(numbers: list[int], limit: int) -> None:
    flows = Flows(limit)
    for number in numbers:
        flows.insert(flow(number), number)
        assert flows.use(flow(number)) == number
        assert len(flows) <= limit

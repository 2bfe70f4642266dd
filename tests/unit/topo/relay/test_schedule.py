"""The closed forms against the obvious loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topo.relay.schedule import departures, drop_tail, in_order, transmit_times

packets = st.lists(
    st.tuples(st.integers(0, 1000), st.integers(0, 300)), min_size=1, max_size=40
)
last = st.integers(-100, 1500)


def columns(pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    arrivals = sorted(arrival for arrival, _ in pairs)
    transmit = [transmit for _, transmit in pairs]
    return np.array(arrivals, np.int64), np.array(transmit, np.int64)


@given(packets, last)
def test_departures_are_those_of_a_single_server(
    pairs: list[tuple[int, int]], last_ns: int
) -> None:
    arrivals, transmit = columns(pairs)
    expected, busy = [], last_ns
    for arrival, work in zip(arrivals.tolist(), transmit.tolist(), strict=True):
        busy = max(arrival, busy) + work
        expected.append(busy)
    assert departures(arrivals, transmit, last_ns).tolist() == expected


@given(packets, last, st.integers(0, 500))
def test_a_full_queue_drops_the_packet_and_spares_those_behind(
    pairs: list[tuple[int, int]], last_ns: int, queue_ns: int
) -> None:
    arrivals, transmit = columns(pairs)
    taken, left, busy = [], [], last_ns
    for arrival, work in zip(arrivals.tolist(), transmit.tolist(), strict=True):
        taken.append(max(busy - arrival, 0) <= queue_ns)
        if taken[-1]:
            busy = max(arrival, busy) + work
            left.append(busy)
    got = drop_tail(arrivals, transmit, last_ns, queue_ns)
    assert [column.tolist() for column in got] == [taken, left]


@given(st.lists(st.integers(-50, 50), min_size=1), st.integers(-50, 50))
def test_nobody_overtakes(times: list[int], last_ns: int) -> None:
    ordered = in_order(np.array(times), last_ns).tolist()
    assert ordered == [max(last_ns, *times[: i + 1]) for i in range(len(times))]


@pytest.mark.parametrize(
    ("rate_mbit", "expected_ns"),
    [
        pytest.param(1000.0, 12_304, id="1 Gbit/s"),
        pytest.param(100.0, 123_040, id="100 Mbit/s"),
        pytest.param(0.5, 24_608_000, id="half a Mbit/s"),
    ],
)
def test_time_on_the_wire(rate_mbit: float, expected_ns: int) -> None:
    # 1500 bytes of payload, 14 of header, 24 around the frame.
    assert transmit_times(np.array([1538]), rate_mbit).tolist() == [expected_ns]

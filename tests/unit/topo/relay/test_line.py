"""One direction, batch after batch, against one packet after the other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topo.relay.line import Line
from topo.world.records import Shape

MS = 1_000_000


def line(shape: Shape) -> Line:
    return Line(shape, np.random.default_rng(1))


def arrivals(*times_ms: float) -> np.ndarray:
    return np.array([int(t * MS) for t in times_ms], np.int64)


def sizes(count: int, size: int = 1250) -> np.ndarray:
    return np.full(count, size, np.int64)


@pytest.mark.parametrize(
    ("shape", "times_ms", "expected_ms"),
    [
        pytest.param(Shape(10.0), [0, 1, 1], [10, 11, 11], id="delay alone"),
        # 1250 bytes at 10 Mbit/s are 1 ms.
        pytest.param(
            Shape(10.0, rate_mbit=10.0), [0, 0, 5], [11, 12, 16], id="delay and rate"
        ),
        pytest.param(
            Shape(0.0, rate_mbit=10.0, queue_ms=1.0),
            [0, 0, 0, 0],
            [1, 2],
            id="two wait at most",
        ),
    ],
)
def test_releases(
    shape: Shape, times_ms: list[float], expected_ms: list[float]
) -> None:
    accepted = line(shape).accept(arrivals(*times_ms), sizes(len(times_ms)))
    assert (accepted.releases_ns / MS).tolist() == expected_ms


def test_queue_drops_are_counted_apart_from_losses() -> None:
    shape = Shape(0.0, loss=0.5, rate_mbit=10.0, queue_ms=0.0)
    accepted = line(shape).accept(arrivals(*[0] * 200), sizes(200))
    assert accepted.kept is not None
    assert accepted.kept.sum() == len(accepted.releases_ns) == 1
    assert accepted.lost + accepted.queue_dropped == 199
    assert 60 < accepted.lost < 140


def test_all_lost_leaves_nothing_to_release() -> None:
    shape = Shape(1.0, jitter_ms=1.0, loss=1.0, rate_mbit=10.0)
    accepted = line(shape).accept(arrivals(0, 1), sizes(2))
    assert (accepted.lost, len(accepted.releases_ns)) == (2, 0)


def test_a_shorter_delay_lets_nobody_overtake() -> None:
    changed = line(Shape(100.0))
    changed.accept(arrivals(0), sizes(1))
    changed.shape = Shape(10.0)
    assert changed.accept(arrivals(1, 95), sizes(2)).releases_ns.tolist() == [
        100 * MS,
        105 * MS,
    ]


def test_jitter_is_added_within_its_width_and_keeps_the_order() -> None:
    times = arrivals(*range(0, 1000, 10))
    accepted = line(Shape(5.0, jitter_ms=2.0)).accept(times, sizes(len(times)))
    added_ms = (accepted.releases_ns - times) / MS - 5
    assert added_ms.min() >= 0
    assert added_ms.max() <= 2
    assert 0.7 < added_ms.mean() < 1.3


@given(
    st.lists(st.integers(0, 20 * MS), min_size=2, max_size=40),
    st.integers(1, 39),
    st.sampled_from([None, 10.0, 100.0]),
)
def test_how_packets_are_batched_changes_nothing(
    times: list[int], cut: int, rate_mbit: float | None
) -> None:
    shape = Shape(3.0, rate_mbit=rate_mbit, queue_ms=2.0)
    ordered = np.array(sorted(times), np.int64)
    whole = line(shape).accept(ordered, sizes(len(ordered)))
    parts = line(shape)
    released = [
        parts.accept(part, sizes(len(part))).releases_ns
        for part in (ordered[:cut], ordered[cut:])
        if len(part)
    ]
    assert np.concatenate(released).tolist() == whole.releases_ns.tolist()

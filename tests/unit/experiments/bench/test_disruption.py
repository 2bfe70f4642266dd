"""What the benchmark counts, on tables small enough to count by hand."""

import numpy as np
import pytest

from experiments.bench.vip.disruption import disruption, overprovision


@pytest.mark.parametrize(
    ("slots", "count", "expected"),
    [
        pytest.param([0, 1, 2, 0, 1, 2], 3, 0.0, id="even"),
        pytest.param([0, 0, 0, 1, 1, 2], 3, 0.5, id="half as much again"),
        pytest.param([0, 0, 1, 1], 4, 1.0, id="two have nothing"),
    ],
)
def test_overprovision(slots: list[int], count: int, expected: float) -> None:
    assert overprovision(np.array(slots, np.uint32), count) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("after", "extra", "ratio"),
    [
        pytest.param([0, 1, 0, 0, 1, 1], 0.0, 1.0, id="only what had to"),
        pytest.param([1, 1, 0, 0, 1, 1], 1 / 6, 1.5, id="one of a survivor too"),
        pytest.param([1, 0, 0, 1, 0, 1], 4 / 6, 3.0, id="all"),
    ],
)
def test_disruption(after: list[int], extra: float, ratio: float) -> None:
    before = np.array([0, 1, 2, 0, 1, 2], np.uint32)
    measured = disruption(before, np.array(after, np.uint32), [2])
    assert measured == pytest.approx((extra, ratio))

import pytest

from experiments.kit.judging.chi_square import equal_p, upper_tail


@pytest.mark.parametrize(
    ("statistic", "freedom", "tail"),
    [
        # Critical values as statistical tables have them.
        (3.841, 1, 0.05),
        (5.991, 2, 0.05),
        (7.815, 3, 0.05),
        (16.266, 3, 0.001),
        (18.307, 10, 0.05),
        (29.588, 10, 0.001),
        (0.0, 4, 1.0),
        (1000.0, 3, 0.0),
    ],
)
def test_upper_tail(statistic: float, freedom: int, tail: float) -> None:
    assert upper_tail(statistic, freedom) == pytest.approx(tail, abs=5e-5)


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        pytest.param([25, 25, 25, 25], 1.0, 1.0, id="even"),
        pytest.param([100, 0, 0, 0], 0.0, 1e-9, id="all at one"),
        pytest.param([30, 24, 22, 24], 0.5, 0.8, id="as chance has it"),
        pytest.param([5], 1.0, 1.0, id="nothing to choose"),
        pytest.param([0, 0], 1.0, 1.0, id="nothing chosen"),
    ],
)
def test_equal_p(counts: list[int], low: float, high: float) -> None:
    assert low <= equal_p(counts) <= high

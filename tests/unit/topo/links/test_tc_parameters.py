"""TCLink's words for a link."""

import pytest

from balancer.errors import ConfigError
from topo.links.tc_parameters import shape_of
from topo.world.records import Shape


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        pytest.param({"delay": "75ms"}, (75.0, 0.0, 0.0, None), id="milliseconds"),
        pytest.param({"delay": "50us"}, (0.05, 0.0, 0.0, None), id="microseconds"),
        pytest.param({"delay": "1.5 s"}, (1500.0, 0.0, 0.0, None), id="seconds"),
        pytest.param({"loss": 2}, (0.0, 0.0, 0.02, None), id="loss in percent"),
        pytest.param({"bw": 10}, (0.0, 0.0, 0.0, 10.0), id="rate"),
        pytest.param(
            {"delay": "10ms", "jitter": "2ms"}, (8.0, 4.0, 0.0, None), id="jitter"
        ),
        pytest.param({}, (0.0, 0.0, 0.0, None), id="nothing"),
    ],
)
def test_shape(parameters: dict[str, object], expected: tuple[float, ...]) -> None:
    shape = shape_of(parameters)
    told = (shape.delay_ms, shape.jitter_ms, shape.loss, shape.rate_mbit)
    assert told == pytest.approx(expected)


def test_the_queue_is_told_in_packets() -> None:
    shape = shape_of({"bw": 12.304, "max_queue_size": 50})
    assert shape == Shape(0.0, rate_mbit=12.304, queue_ms=pytest.approx(50.0))


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param({"delay": 5}, id="no unit"),
        pytest.param({"delay": "5 minutes"}, id="unknown unit"),
        pytest.param({"bw": "10m"}, id="rate as text"),
        pytest.param({"loss": -1}, id="negative"),
    ],
)
def test_refused(parameters: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=next(iter(parameters))):
        shape_of(parameters)

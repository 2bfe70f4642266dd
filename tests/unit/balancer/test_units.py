"""Durations with their unit."""

import pytest

from balancer.units import duration_s, whole_seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("500 ms", 0.5, id="milliseconds"),
        pytest.param("20 s", 20.0, id="seconds"),
        pytest.param("1 h", 3600.0, id="an hour"),
        pytest.param("1.5min", 90.0, id="no blank"),
        pytest.param("0 s", 0.0, id="nothing"),
    ],
)
def test_duration(text, seconds):
    assert duration_s(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(5, 'write it as "5 s"', id="a bare number"),
        pytest.param("5", "no duration", id="no unit"),
        pytest.param("-5 s", "no duration", id="negative"),
        pytest.param("5 sec", "known are us, ms", id="unknown unit"),
        pytest.param("", "no duration", id="nothing at all"),
    ],
)
def test_no_duration(text, words):
    with pytest.raises(ValueError, match=words):
        duration_s(text)


def test_a_fraction_of_a_second_is_no_ttl():
    assert whole_seconds("2 min") == 120
    with pytest.raises(ValueError, match="not a whole number of seconds"):
        whole_seconds("1500 ms")

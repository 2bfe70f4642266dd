"""Descriptors closed together: all of them, however many."""

import os

import pytest

from topo.closing import AT_ONCE, close_together, closing


def pipes(count):
    return [end for _ in range(count) for end in os.pipe()]


def is_open(descriptor):
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(0, id="none"),
        pytest.param(1, id="one pipe"),
        pytest.param(AT_ONCE // 2 + 3, id="more than threads"),
    ],
)
def test_all_are_closed(count):
    descriptors = pipes(count)
    close_together(descriptors)
    assert not any(map(is_open, descriptors))


def test_they_are_closed_when_the_body_has_ended():
    descriptors = pipes(2)
    with closing(descriptors):
        pass
    assert not any(map(is_open, descriptors))

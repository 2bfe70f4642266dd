"""What tc is told, and what is read back from it."""

import pytest

from topo.links.backend import DirectionCounters
from topo.links.netem import held_packets, netem_words, read_qdisc
from topo.world.records import Shape


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        pytest.param(Shape(44.0), "netem limit 8800 delay 44.000ms", id="delay alone"),
        pytest.param(
            Shape(10.0, jitter_ms=2.0),
            "netem limit 2400 delay 11.000ms 1.000ms rate 100gbit",
            id="jitter on top, in order",
        ),
        pytest.param(
            Shape(10.0, loss=0.015),
            "netem limit 2000 delay 10.000ms loss 1.500000%",
            id="loss",
        ),
        pytest.param(
            Shape(30.0, rate_mbit=12.304, queue_ms=20.0),
            "netem limit 50 delay 30.000ms rate 12304000bit 24",
            id="rate: one packet of 1500 bytes a millisecond",
        ),
    ],
)
def test_netem_words(shape: Shape, expected: str) -> None:
    assert " ".join(netem_words(shape, 1500)) == expected


def test_a_queue_of_nothing_still_holds_the_packet_on_the_wire() -> None:
    assert held_packets(Shape(0.0, rate_mbit=1.0, queue_ms=0.0), 1500) == 1


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        pytest.param(Shape(1.0, loss=0.1), (7, 0), id="without a rate"),
        pytest.param(Shape(1.0, rate_mbit=1.0), (0, 7), id="with a rate"),
    ],
)
def test_drops_are_told_by_what_can_cause_them(
    shape: Shape, expected: tuple[int, int]
) -> None:
    entry = {"kind": "netem", "dev": "a-b", "bytes": 900, "packets": 9, "drops": 7}
    counters = read_qdisc(entry, shape)
    assert counters == DirectionCounters(9, 900, *expected)
    assert counters.drops_emulator == 0

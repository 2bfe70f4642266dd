from dataclasses import replace

import pytest

from experiments.kit.fidelity.breaches import (
    FidelityLog,
    Limits,
    LinkReading,
    PairReading,
    breaches,
)
from experiments.kit.fidelity.sentinel import TimerWindow, summarise

LIMITS = Limits()
CALM = TimerWindow(1.0, 0.1, 0.9, 4.0, 1.5)
LINK = LinkReading("fra-iad>iad-fra", 1000, 3, 2, 0, 0.2)
GOOD = FidelityLog(
    began_s=60.0,
    timer=tuple(replace(CALM, at_s=float(k)) for k in range(1, 10)),
    links=(LINK,),
    pairs=(PairReading("fra", "iad", 88.0, 88.9),),
    frames_lost=0,
    pressure=0.9,
)


def windows(**changes: float) -> FidelityLog:
    """Return the good log with its last five of nine seconds changed."""
    timer = GOOD.timer
    changed = [replace(window, **changes) for window in timer[4:]]
    return replace(GOOD, timer=(*timer[:4], *changed))


@pytest.mark.parametrize(
    ("log", "told"),
    [
        pytest.param(GOOD, [], id="faithful, asked-for drops and pressure included"),
        pytest.param(
            windows(p99_ms=40.0),
            ["timer p99 40 ms late at 01:05 (limit 15 ms late)"],
            id="most seconds late",
        ),
        pytest.param(
            windows(runnable_per_core=9.5),
            ["run queue 9.5 processes a core at 01:05 (limit 8 processes a core)"],
            id="overloaded four times",
        ),
        pytest.param(
            replace(GOOD, timer=(*GOOD.timer[:6], replace(CALM, p99_ms=300.0))),
            [],
            id="one burst of a neighbour passes",
        ),
        pytest.param(
            replace(GOOD, timer=(*GOOD.timer[:6], replace(CALM, max_ms=2500.0))),
            ["stall 2500 ms at 01:01 (limit 1000 ms)"],
            id="one long stall does not",
        ),
        pytest.param(
            replace(GOOD, timer=()),
            ["seconds watched by the timer 0 s at 01:00 (limit 1 s)"],
            id="nobody watched",
        ),
        pytest.param(
            replace(GOOD, links=(replace(LINK, broken=2),)),
            [
                "link fra-iad>iad-fra drops nobody asked for 2 packets at 01:00 "
                "(limit 0 packets)"
            ],
            id="the emulator dropped",
        ),
        pytest.param(
            replace(GOOD, links=(replace(LINK, late_p99_ms=31.0),)),
            ["link fra-iad>iad-fra lateness p99 31 ms at 01:00 (limit 10 ms)"],
            id="a late link",
        ),
        pytest.param(
            replace(GOOD, links=(replace(LINK, late_p99_ms=31.0, packets=40),)),
            [],
            id="too few packets to call a link late",
        ),
        pytest.param(
            replace(GOOD, pairs=(PairReading("fra", "iad", 88.0, 90.0),)),
            ["RTT error fra - iad 2 ms at 01:00 (limit 1.76 ms)"],
            id="RTT beyond 2 %",
        ),
        pytest.param(
            replace(GOOD, pairs=(PairReading("fra", "lhr", 10.0, 8.9),)),
            ["RTT error fra - lhr -1.1 ms at 01:00 (limit 1 ms)"],
            id="RTT too short",
        ),
        pytest.param(
            replace(GOOD, frames_lost=7),
            ["capture lost 7 frames at 01:00 (limit 0 frames)"],
            id="captures incomplete",
        ),
    ],
)
def test_breaches(log: FidelityLog, told: list[str]) -> None:
    assert [str(breach) for breach in breaches(log, LIMITS)] == told


def test_a_window_is_told_by_its_quantiles() -> None:
    late_s = [k / 1e4 for k in range(200)]
    window = summarise(1.0, late_s, [2.0, 4.0])
    assert (window.p50_ms, window.p99_ms, window.max_ms) == (10.0, 19.8, 19.9)
    assert window.runnable_per_core > 0

"""The wakeup rule, run against a machine that is late by a known time."""

import statistics

import pytest

from topo.relay.pace import EARLY_MOST_NS, GROUP_NS, Pace, Rest

US = 1000


def errors_us(pace: Pace, releases_ns: list[int], wakeup_ns: int) -> list[float]:
    """Return how late packets leave if each wakeup takes `wakeup_ns`."""
    errors, waiting, now = [], list(releases_ns), 0
    while waiting:
        now = max(pace.wake_at(waiting[0]), now) + wakeup_ns
        horizon = pace.horizon(now)
        assert waiting[0] <= horizon, "a wakeup without a packet would never end"
        first = True
        while waiting and waiting[0] <= horizon:
            late_ns = now - waiting.pop(0)
            errors.append(late_ns / US)
            if first and pace.exact:
                pace.learn(late_ns)
            first = False
        pace.released(now)
    return errors


@pytest.mark.parametrize("wakeup_us", [20, 80, 150])
def test_it_learns_to_wake_as_early_as_the_machine_is_late(wakeup_us: int) -> None:
    releases = [i * 1000 * US for i in range(1, 2000)]
    errors = errors_us(Pace(early_ns=60 * US), releases, wakeup_us * US)
    assert abs(statistics.median(errors[500:])) <= 1


def test_close_packets_share_wakeups_within_half_a_group() -> None:
    pace = Pace(early_ns=50 * US)
    releases = [10_000 * US + i * 10 * US for i in range(2000)]
    errors = errors_us(pace, releases, 50 * US)
    assert max(map(abs, errors[100:])) <= (GROUP_NS // 2) / US + 50


def test_a_packet_far_ahead_stays() -> None:
    pace = Pace(early_ns=50 * US)
    pace.wake_at(10_000 * US)
    assert pace.horizon(2_000 * US) < 10_000 * US


def test_early_stays_within_bounds() -> None:
    pace = Pace(early_ns=0)
    for _ in range(10_000):
        pace.learn(1)
    assert pace.early_ns == EARLY_MOST_NS
    for _ in range(10_000):
        pace.learn(-1)
    assert pace.early_ns == 0


@pytest.mark.parametrize(
    ("delay_ms", "gap_us", "rests"),
    [
        pytest.param(10.0, 100, True, id="busy"),
        pytest.param(10.0, 5000, False, id="quiet"),
        pytest.param(0.0, 100, False, id="a link without delay"),
        pytest.param(1.0, 100, True, id="a short delay, a short rest"),
    ],
)
def test_rest(delay_ms: float, gap_us: int, rests: bool) -> None:
    rest = Rest()
    rest.allow(delay_ms)
    rest.arrived(10_000 * US)
    now = (10_000 + gap_us) * US
    rest.arrived(now)
    assert (rest.until_ns > now) is rests
    assert rest.until_ns <= now + delay_ms * 250_000 or not rests

"""The relay runs in real time only as long as it leaves room for others."""

import pytest

from topo.relay.urgency import WINDOW_NS, Urgency


def after(*shares: float) -> list[bool]:
    """Return how the relay runs after windows in which it took these shares."""
    urgency, now, used, ran = Urgency(), 0, 0, []
    for share in shares:
        now, used = now + WINDOW_NS, used + int(share * WINDOW_NS)
        assert urgency.due(now)
        before = urgency.real_time
        assert urgency.judge(now, used) is (urgency.real_time is not before)
        ran.append(urgency.real_time)
    return ran


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        pytest.param([0.1, 0.7], [True, True], id="room enough"),
        pytest.param([0.9, 0.7, 0.6], [False] * 3, id="steps back, and stays"),
        pytest.param([0.9, 0.4], [False, True], id="returns"),
    ],
)
def test_share_of_a_core(shares: list[float], expected: list[bool]) -> None:
    assert after(*shares) == expected


def test_nothing_is_judged_within_a_window() -> None:
    assert not Urgency(since_ns=0).due(WINDOW_NS - 1)

"""Time as the data plane counts it: the kernel's ticks, and rates by the second."""

import time

CLOCK_MONOTONIC_COARSE = 6  # linux/time.h; Python does not name it
# Its resolution is the tick. A program reads the count of ticks for next to nothing;
# any clock of the kernel's would cost it as much as a look-up.
TICK_S = time.clock_getres(CLOCK_MONOTONIC_COARSE)
WINDOW_S = 1.0
# The kernel's count starts at minus five minutes (INITIAL_JIFFIES), to overflow early.
_START_S = 300.0
_WORD, _HALF = 0xFFFFFFFF, 1 << 31


def ticks(duration_s: float) -> int:
    """Return a duration in ticks."""
    return round(duration_s / TICK_S) & _WORD


def seconds(passed: int) -> float:
    """Return a duration in ticks as seconds."""
    return passed * TICK_S


def tick_at(time_s: float) -> int:
    """Return the kernel's count at a time of the monotonic clock, as 32 bits.

    It may be half a second before or behind the kernel's own.
    """
    return round((time_s - _START_S) / TICK_S) & _WORD


def monotonic_ticks() -> int:
    """Return the kernel's count now, as `tick_at` does."""
    return tick_at(time.monotonic())


def passed_since(tick: int) -> int:
    """Return the ticks from one until now; below 0 for one that is to come."""
    return passed_between(tick, monotonic_ticks())


def passed_between(tick: int, now: int) -> int:
    """Return the ticks from one until another; below 0 for one that is to come."""
    return (now - tick + _HALF & _WORD) - _HALF


def per_window(rate_per_s: float) -> int:
    """Return how many a window may have, one at least."""
    return max(1, int(rate_per_s * WINDOW_S))


class Rate:
    """A bound on how often something is done, counted anew in each window.

    Args:
        limit: most in a window.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._window = -1
        self._count = 0

    def admit(self, now_s: float) -> bool:
        """Whether it may be done once more now; when so, this counts as done."""
        window = int(now_s / WINDOW_S)
        if window != self._window:
            self._window, self._count = window, 0
        if self._count >= self._limit:
            return False
        self._count += 1
        return True

"""Time as the data plane counts it: ticks of 17 ms, and windows in which rates hold."""

TICK_SHIFT, WINDOW_SHIFT = 24, 30  # of nanoseconds (bpf/clock.h)
WINDOW_S = (1 << WINDOW_SHIFT) / 1e9  # 1.07
_NS_PER_S = 1_000_000_000


def ticks(time_s: float) -> int:
    """Return a time or a duration in ticks, as 32 bits; they wrap after two years."""
    return int(time_s * _NS_PER_S) >> TICK_SHIFT & 0xFFFFFFFF


def per_window(rate_per_s: float) -> int:
    """Return how many a window may have, one at least."""
    return max(1, int(rate_per_s * WINDOW_S))


class Rate:
    """A bound on how often something is done, counted anew in each window.

    Args:
        limit: most in a window, which is about a second.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._window = -1
        self._count = 0

    def admit(self, now_s: float) -> bool:
        """Whether it may be done once more now; when so, this counts as done."""
        window = int(now_s * _NS_PER_S) >> WINDOW_SHIFT
        if window != self._window:
            self._window, self._count = window, 0
        if self._count >= self._limit:
            return False
        self._count += 1
        return True

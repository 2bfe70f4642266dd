"""Slow start: how much of its weight a backend has that has just come; no clock.

Each step is another table, and moves flows that nobody remembers: few steps spare the
backend less, many move more flows.
"""

from dataclasses import dataclass

NEVER_S = float("inf")


@dataclass(frozen=True, slots=True)
class SlowStart:
    """A ramp in equal steps, the first of them at once.

    Args:
        duration_s: from the first step to the whole weight; 0 is no ramp.
        steps: how many there are, the whole weight included; two at least.
    """

    duration_s: float = 0.0
    steps: int = 8

    def share(self, since_s: float) -> float:
        """Return the part of its weight that a backend has, `since_s` after it came."""
        if since_s >= self.duration_s:
            return 1.0
        return (self._passed(since_s) + 1) / self.steps

    def next_step_s(self, since_s: float) -> float:
        """Return after how many seconds more the share changes; `NEVER_S` if not."""
        if since_s >= self.duration_s:
            return NEVER_S
        return (self._passed(since_s) + 1) * self._step_s() - since_s

    def _passed(self, since_s: float) -> int:
        # Just before the end the quotient may be rounded up to the last step.
        return min(int(since_s / self._step_s()), self.steps - 2)

    def _step_s(self) -> float:
        # The last step is the whole weight, and comes when the time is over.
        return self.duration_s / (self.steps - 1)


AT_ONCE = SlowStart()

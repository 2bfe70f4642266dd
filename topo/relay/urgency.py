"""When the relay may run in real time: a rule over its own use of a core, no clock."""

from dataclasses import dataclass

WINDOW_NS = 100_000_000
# The kernel stops a real-time process for 50 ms when it takes 95 % of a second: the
# relay steps back long before, and returns when there is less to do.
STEP_BACK_SHARE = 0.8
RETURN_SHARE = 0.5


@dataclass(slots=True)
class Urgency:
    """Whether to run in real time, judged once per window of 100 ms."""

    real_time: bool = True
    since_ns: int = 0
    used_ns: int = 0

    def due(self, now_ns: int) -> bool:
        """Tell whether a window has passed."""
        return now_ns - self.since_ns >= WINDOW_NS

    def judge(self, now_ns: int, used_ns: int) -> bool:
        """Note that `used_ns` of processor time are used; tell whether to change.

        `real_time` is then how to run from now on.
        """
        share = (used_ns - self.used_ns) / max(now_ns - self.since_ns, 1)
        self.since_ns, self.used_ns = now_ns, used_ns
        before = self.real_time
        self.real_time = share < (STEP_BACK_SHARE if before else RETURN_SHARE)
        return self.real_time != before

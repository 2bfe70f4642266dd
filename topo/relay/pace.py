"""When the relay wakes and what it then releases: a rule over times, no clock."""

from dataclasses import dataclass

# Under load, releases nearer together than this share one wakeup: a wakeup costs
# about 35 us, so that 10 000 packets a second would take most of a core.
GROUP_NS = 250_000
HALF_GROUP_NS = GROUP_NS // 2

EARLY_MOST_NS = 400_000
EARLY_STEP_NS = 500

# Arrivals need no wakeup of their own while the kernel's stamp fixes the deadline.
REST_MOST_NS = 1_000_000


@dataclass(slots=True)
class Pace:
    """The wakeup rule; `early_ns` makes up for the time from timer to wire.

    `early_ns` starts from a calibration and then follows the median of what is
    measured: each aimed release moves it by one small step, so that outliers count
    no more than any other.
    """

    early_ns: int
    aimed_ns: int = 0
    wake_ns: int = 0
    exact: bool = True
    last_ns: int = 0

    def wake_at(self, release_ns: int) -> int:
        """Return when to wake for the next packet, due at `release_ns`."""
        exact_ns = release_ns - self.early_ns
        shared_ns = min(self.last_ns + GROUP_NS, exact_ns + HALF_GROUP_NS)
        self.aimed_ns, self.exact = release_ns, shared_ns <= exact_ns
        self.wake_ns = exact_ns if self.exact else shared_ns
        return self.wake_ns

    def horizon(self, now_ns: int) -> int:
        """Return up to which release time packets go out at `now_ns`."""
        ahead_ns = self.early_ns // 2 if self.exact else HALF_GROUP_NS
        # The packet that the wakeup was for goes even if the wakeup was quick.
        aimed_ns = self.aimed_ns if now_ns >= self.wake_ns else 0
        return max(now_ns + ahead_ns, aimed_ns)

    def released(self, now_ns: int) -> None:
        """Note that packets went out at `now_ns`."""
        self.last_ns = now_ns

    def learn(self, lateness_ns: int) -> None:
        """Follow the lateness of a packet that an exact wakeup was aimed at."""
        step_ns = EARLY_STEP_NS if lateness_ns > 0 else -EARLY_STEP_NS
        self.early_ns = min(max(self.early_ns + step_ns, 0), EARLY_MOST_NS)


@dataclass(slots=True)
class Rest:
    """How long arrivals may wait in the socket before the relay looks at them."""

    most_ns: int = 0
    last_ns: int = 0
    until_ns: int = 0

    def allow(self, least_delay_ms: float) -> None:
        """Adapt to the shortest delay of all links: rest at most a quarter of it."""
        self.most_ns = min(int(least_delay_ms * 250_000), REST_MOST_NS)

    def arrived(self, now_ns: int) -> None:
        """Note arrivals: those that follow each other closely make a rest worth it."""
        busy = now_ns - self.last_ns < self.most_ns
        self.last_ns = now_ns
        self.until_ns = now_ns + self.most_ns if busy else 0

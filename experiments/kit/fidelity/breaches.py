"""Whether the emulation told the truth: what was recorded, and what breaks trust.

Pure: `watch` does the recording. The limits tell a machine that is overloaded several
times from one that is merely shared. On two shared cores the timer's p99 was 0.2 ms
idle, 4 ms beside 16 busy loops and up to 27 ms beside 32, while the run queue was 0.1,
8 and 16 processes a core: so the run queue is the sharper of the two alarms. A lab
alone has 1 to 3.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from .sentinel import TimerWindow


@dataclass(frozen=True, slots=True)
class LinkReading:
    """What one direction of a link did while the experiment ran.

    Args:
        direction: "fra>iad".
        packets: how many it carried.
        lost: drops that the world's loss asks for.
        overflowed: drops of a full rate queue, which a rate limit asks for.
        broken: drops that nothing asks for, for want of room in the emulation.
        late_p99_ms: how much later than asked packets left, 99th percentile.
    """

    direction: str
    packets: int
    lost: int
    overflowed: int
    broken: int
    late_p99_ms: float


@dataclass(frozen=True, slots=True)
class PairReading:
    """The round-trip time of two sites in ms, asked for and measured."""

    a: str
    b: str
    asked_ms: float
    measured_ms: float

    @property
    def error_ms(self) -> float:
        """Measured minus asked."""
        return self.measured_ms - self.asked_ms


@dataclass(frozen=True, slots=True)
class FidelityLog:
    """Everything that was watched during one experiment.

    Args:
        began_s: when it began, seconds since the run began.
        timer: one entry a second.
        links: one entry a direction.
        pairs: one entry a site pair, as measured when the lab came up.
        frames_lost: frames that captures missed.
        pressure: share of the time some process waited for a core (PSI), or None
            where the kernel does not say.
    """

    began_s: float
    timer: tuple[TimerWindow, ...]
    links: tuple[LinkReading, ...]
    pairs: tuple[PairReading, ...]
    frames_lost: int
    pressure: float | None


@dataclass(frozen=True, slots=True)
class Limits:
    """Beyond these, a run does not count.

    Args:
        timer_p99_ms: for the median second, so that one burst of a neighbour passes.
        timer_max_ms: for any second; a stall of this length could move a cache's TTL.
        runnable_per_core: for the median second.
        late_p99_ms: for any link that carried `late_packets` or more.
        rtt_ms: measured against asked; the larger of this and `rtt_share` counts.
    """

    timer_p99_ms: float = 15.0
    timer_max_ms: float = 1000.0
    runnable_per_core: float = 8.0
    late_p99_ms: float = 10.0
    late_packets: int = 100
    rtt_ms: float = 1.0
    rtt_share: float = 0.02


@dataclass(frozen=True, slots=True)
class Breach:
    """A metric beyond its limit; `at_s` is seconds since the run began."""

    metric: str
    at_s: float
    value: float
    limit: float
    unit: str

    def __str__(self) -> str:
        """One line: what, how much, when, against which limit."""
        minutes, seconds = divmod(round(self.at_s), 60)
        return (
            f"{self.metric} {self.value:.4g} {self.unit} at {minutes:02}:{seconds:02}"
            f" (limit {self.limit:g} {self.unit})"
        )


def breaches(log: FidelityLog, limits: Limits) -> tuple[Breach, ...]:
    """Return where the emulation was not faithful; empty when it was."""
    return (
        *_timer_breaches(log, limits),
        *_link_breaches(log, limits),
        *_pair_breaches(log, limits),
        *_capture_breaches(log),
    )


def _timer_breaches(log: FidelityLog, limits: Limits) -> Iterator[Breach]:
    if not log.timer:
        yield Breach("seconds watched by the timer", log.began_s, 0, 1, "s")
        return
    worst = max(log.timer, key=lambda window: window.max_ms)
    for metric, values, limit, unit in (
        ("timer p99", [w.p99_ms for w in log.timer], limits.timer_p99_ms, "ms late"),
        (
            "run queue",
            [w.runnable_per_core for w in log.timer],
            limits.runnable_per_core,
            "processes a core",
        ),
    ):
        # The median second, and not the worst: overload lasts, a burst does not.
        if median(values) > limit:
            first = next(i for i, value in enumerate(values) if value > limit)
            at_s = log.began_s + log.timer[first].at_s
            yield Breach(metric, at_s, median(values), limit, unit)
    if worst.max_ms > limits.timer_max_ms:
        at_s = log.began_s + worst.at_s
        yield Breach("stall", at_s, worst.max_ms, limits.timer_max_ms, "ms")


def _link_breaches(log: FidelityLog, limits: Limits) -> Iterator[Breach]:
    for link in log.links:
        if link.broken:
            metric = f"link {link.direction} drops nobody asked for"
            yield Breach(metric, log.began_s, link.broken, 0, "packets")
        if (
            link.packets >= limits.late_packets
            and link.late_p99_ms > limits.late_p99_ms
        ):
            metric = f"link {link.direction} lateness p99"
            late_ms = link.late_p99_ms
            yield Breach(metric, log.began_s, late_ms, limits.late_p99_ms, "ms")


def _pair_breaches(log: FidelityLog, limits: Limits) -> Iterator[Breach]:
    for pair in log.pairs:
        limit_ms = max(limits.rtt_ms, limits.rtt_share * pair.asked_ms)
        if abs(pair.error_ms) > limit_ms:
            metric = f"RTT error {pair.a} - {pair.b}"
            yield Breach(metric, log.began_s, pair.error_ms, limit_ms, "ms")


def _capture_breaches(log: FidelityLog) -> Iterator[Breach]:
    if log.frames_lost:
        yield Breach("capture lost", log.began_s, log.frames_lost, 0, "frames")


def told(found: Sequence[Breach]) -> tuple[str, ...]:
    """Return the breaches as lines."""
    return tuple(str(breach) for breach in found)

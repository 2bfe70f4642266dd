"""How long an empty sandbox takes to be there, with Open vSwitch, and to be gone."""

import statistics
import time

from ..figure import Figure
from ..inside import Marks, time_inside

ROUNDS = 9
READY_TARGET_S = 0.5
TEARDOWN_TARGET_S = 0.2


def run() -> list[Figure]:
    """Start and end a sandbox several times; takes about 1 s."""
    rounds = [time_inside(_now, "bench-sandbox") for _ in range(ROUNDS)]
    ready_s = [timed.until("ready") for timed in rounds]
    teardown_s = [timed.after("ready") for timed in rounds]
    return [
        _bounded("sandbox ready", statistics.median(ready_s), READY_TARGET_S),
        Figure("sandbox ready, worst", max(ready_s), "s"),
        _bounded("sandbox gone", statistics.median(teardown_s), TEARDOWN_TARGET_S),
        Figure("sandbox gone, worst", max(teardown_s), "s"),
    ]


def _now() -> Marks:
    return {"ready": time.monotonic()}


def _bounded(name: str, value_s: float, target_s: float) -> Figure:
    return Figure(f"{name}, median", value_s, "s", target_s, value_s <= target_s)

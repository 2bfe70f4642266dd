"""The overload alarm: a 5 ms timer that tells how late it fires; a process of its own.

A thread would measure its own interpreter's lock and not the machine. It writes one
JSON object a second and ends when its standard input does, so it cannot outlive
who started it.
"""

import json
import os
import select
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

PERIOD_S = 0.005
WINDOW_S = 1.0
RUN_QUEUE_EVERY = 10
CORES = os.cpu_count() or 1
PROC_STAT = Path("/proc/stat")


@dataclass(frozen=True, slots=True)
class TimerWindow:
    """One second of the timer.

    Args:
        at_s: when the window ended, seconds since the sentinel started.
        p50_ms: median lateness; `p99_ms` and `max_ms` likewise.
        runnable_per_core: processes that ran or waited for a core, per core.
    """

    at_s: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    runnable_per_core: float


def summarise(
    at_s: float, lateness_s: list[float], runnable: list[float]
) -> TimerWindow:
    """Return a window's numbers; `lateness_s` must not be empty."""
    late_ms = sorted(value * 1e3 for value in lateness_s)

    def quantile(share: float) -> float:
        return round(late_ms[min(len(late_ms) - 1, int(share * len(late_ms)))], 3)

    load = sum(runnable) / len(runnable) / CORES if runnable else 0.0
    return TimerWindow(
        round(at_s, 3), quantile(0.5), quantile(0.99), quantile(1.0), round(load, 2)
    )


def main() -> None:
    """Watch until standard input ends; also the last, unfinished window is told.

    The first window is a single period, so that who started this soon sees it work.
    """
    started_s = time.monotonic()
    ended, window_s = False, PERIOD_S
    while not ended:
        lateness_s, runnable, ended = _watch_window(window_s)
        window_s = WINDOW_S
        if lateness_s:
            window = summarise(time.monotonic() - started_s, lateness_s, runnable)
            sys.stdout.write(json.dumps(asdict(window)) + "\n")
            sys.stdout.flush()


def _watch_window(window_s: float) -> tuple[list[float], list[float], bool]:
    lateness_s: list[float] = []
    runnable: list[float] = []
    due_s = time.monotonic() + PERIOD_S
    end_s = due_s + window_s
    while due_s < end_s:
        wait_s = max(0.0, due_s - time.monotonic())
        if select.select([sys.stdin], [], [], wait_s)[0]:
            return lateness_s, runnable, True
        now_s = time.monotonic()
        lateness_s.append(now_s - due_s)
        if len(lateness_s) % RUN_QUEUE_EVERY == 1:
            runnable.append(_runnable())
        # After a stall the timer starts anew: one stall is one late firing.
        due_s = max(due_s + PERIOD_S, now_s)
    return lateness_s, runnable, False


def _runnable() -> float:
    """How many processes run or wait to run, without this one."""
    for line in PROC_STAT.read_text().splitlines():
        if line.startswith("procs_running "):
            return float(line.split()[1]) - 1
    return 0.0


if __name__ == "__main__":
    main()

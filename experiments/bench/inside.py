"""Running a measured body in a sandbox, and the instants before, inside and after."""

import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from balancer.errors import FrontlabError
from topo.sandbox import run_sandboxed

# Instants by name, of the monotonic clock, which is the same in every namespace.
Marks = dict[str, float]


@dataclass(frozen=True, slots=True)
class Timed:
    """When a sandbox was asked for, what happened inside, and when it was gone."""

    asked_s: float
    marks: Marks
    gone_s: float

    def until(self, mark: str) -> float:
        """Seconds from asking for the sandbox until `mark`."""
        return self.marks[mark] - self.asked_s

    def after(self, mark: str) -> float:
        """Seconds from `mark` until the sandbox was gone."""
        return self.gone_s - self.marks[mark]


def time_inside(body: Callable[[], Marks], name: str, within_s: int = 60) -> Timed:
    """Run `body` in a sandbox of its own; it returns its marks.

    Raises:
        FrontlabError: it failed, or ran longer than `within_s`.
    """
    reader, writer = os.pipe()
    asked_s = time.monotonic()
    status = run_sandboxed(lambda: _tell(body, writer, within_s), name)
    gone_s = time.monotonic()
    os.close(writer)
    with os.fdopen(reader) as told:
        marks = told.read()
    if status:
        raise FrontlabError(f"{name}: ended with status {status}")
    return Timed(asked_s, json.loads(marks), gone_s)


def _tell(body: Callable[[], Marks], writer: int, within_s: int) -> int:
    signal.alarm(within_s)
    os.write(writer, json.dumps(body()).encode())
    return 0

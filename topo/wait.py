"""Waiting for a condition, never for a time; the only sleep of the project."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

POLL_S = 0.005


def until(what: str, check: Callable[[], T | None], within_s: float = 10.0) -> T:
    """Return the first true result of `check`, asked every 5 ms.

    Raises:
        TimeoutError: `what` did not happen within `within_s` seconds.
    """
    deadline = time.monotonic() + within_s
    while True:
        if result := check():
            return result
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {within_s:g} s")
        time.sleep(POLL_S)

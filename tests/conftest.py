"""Live, kernel and setup tests need root; they say so instead of failing without it.

Properties try 20 examples each, so that the unit tests stay a matter of seconds;
HYPOTHESIS_PROFILE=deep tries a thousand, for scheduled runs.
"""

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from needs import need_root

NEED_ROOT = ("live", "kernel", "setup")

# A machine that others use too is slow at times, which says nothing of an example.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", UNHURRIED, max_examples=20)
settings.register_profile("deep", UNHURRIED, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if any(item.get_closest_marker(name) for name in NEED_ROOT):
        need_root()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Leave what collecting makes out of garbage collection: it is there to the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()

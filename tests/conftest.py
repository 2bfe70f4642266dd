"""Live, kernel and setup tests need root; they say so instead of failing without it.

Properties try 20 examples each, so that the unit tests stay a matter of seconds;
HYPOTHESIS_PROFILE=deep tries a thousand, for scheduled runs.
"""

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from needs import need_root

NEED_ROOT = ("live", "kernel", "setup")

settings.register_profile("quick", max_examples=20, deadline=None)
settings.register_profile("deep", max_examples=1000, deadline=None)
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

"""Live, kernel and setup tests need root; they say so instead of failing without it."""

import pytest
from needs import need_root

NEED_ROOT = ("live", "kernel", "setup")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if any(item.get_closest_marker(name) for name in NEED_ROOT):
        need_root()

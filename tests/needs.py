"""What a test needs of the machine: without it skipped, and in CI failed."""

import os
import shutil
from pathlib import Path

import pytest


def need(found: bool, what: str) -> None:
    """Skip the calling test for lack of `what`, unless `found`; in CI, fail it.

    A suite that is green because it ran nothing proves nothing, so CI has no excuse.
    """
    if found:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must have {what}", pytrace=False)
    pytest.skip(f"needs {what}")


def need_root() -> None:
    """Skip the calling test, or fail it in CI, unless this process is root's."""
    need(os.geteuid() == 0, "root")


def need_tool(name: str) -> Path:
    """Return where the program `name` is, or skip the calling test."""
    path = shutil.which(name)
    need(path is not None, f"{name} (run ./provision.sh --dev)")
    return Path(path or "")

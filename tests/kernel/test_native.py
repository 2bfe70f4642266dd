"""The kernel's own netem, switch and tunnels carry the lab: proven on another kernel.

Each file of `guest/` is a suite of its own, run by a pytest inside the guest.
"""

import sys
from pathlib import Path

import pytest
from kernel.uml.guest import PROGRAM, run_in_guest
from needs import need_tool

CHECKOUT = Path(__file__).resolve().parents[2]
SUITES = sorted((CHECKOUT / "tests/kernel/guest").glob("check_*.py"))
WITHIN_S = 280.0


@pytest.mark.kernel
@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.stem)
def test_in_guest(suite: Path) -> None:
    need_tool(PROGRAM)
    python = [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider"]
    ended = run_in_guest([*python, "--color=no", suite], CHECKOUT, WITHIN_S)
    assert ended.status == 0, ended.output

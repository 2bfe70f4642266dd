"""The kernel's own netem, switch and tunnels carry the lab: proven on another kernel.

Each file of `guest/` is a suite of its own, run by a pytest inside the guest. A guest
has one processor, so two run at a time.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from kernel.uml.guest import PROGRAM, Ended, run_in_guest
from needs import need_tool

CHECKOUT = Path(__file__).resolve().parents[2]
SUITES = sorted((CHECKOUT / "tests/kernel/guest").glob("check_*.py"))
WITHIN_S = 600.0


GUESTS = 2

Endings = dict[Path, Future[Ended]]


@pytest.fixture(scope="module")
def endings(request: pytest.FixtureRequest) -> Iterator[Endings]:
    """How the suites that are asked for end, each in a guest of its own."""
    need_tool(PROGRAM)
    asked = [
        item.callspec.params["suite"]
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.module is request.module
    ]
    with ThreadPoolExecutor(GUESTS) as guests:
        yield {suite: guests.submit(_run, suite) for suite in asked}
        guests.shutdown(cancel_futures=True)


def _run(suite: Path) -> Ended:
    python = [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider"]
    return run_in_guest([*python, "--color=no", suite], CHECKOUT, WITHIN_S)


@pytest.mark.kernel
@pytest.mark.timeout(GUESTS * WITHIN_S)  # The one before it may take all of its time.
@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.stem)
def test_in_guest(suite: Path, endings: Endings) -> None:
    ended = endings[suite].result()
    assert ended.status == 0, ended.output

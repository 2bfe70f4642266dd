"""Runs the unit tests in two pytests side by side, each with its part of the files.

Workers of one pytest would each collect all tests and report to a third process, and
with thousands of short tests that is as dear as to run them.

    python tests/side_by_side.py [ARGUMENT OF PYTEST...]

When files are named, or a person is to be talked to, one pytest runs alone.
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

UNIT = "tests/unit"
FIRST = ("tests/unit/balancer", "tests/unit/controller")
# About as long as each other. The second has all that the first has not.
PARTS = (FIRST, (UNIT, *(f"--ignore={it}" for it in FIRST)))
TALKING = {"--pdb", "--trace", "-s", "--capture=no"}
NONE_SELECTED = 5  # the status of a pytest that was left without a test


def parts(arguments: list[str]) -> list[list[str]]:
    """Return the arguments of each pytest."""
    if TALKING.intersection(arguments) or any(map(_is_place, arguments)):
        return [["-o", f"testpaths={UNIT}", *arguments]]
    return [[*part, *arguments] for part in PARTS]


def _is_place(argument: str) -> bool:
    path = Path(argument.split("::")[0]).resolve()
    return path.is_relative_to(Path(UNIT).resolve()) and path.exists()


def status(statuses: list[int]) -> int:
    """Return the status of all: a part in which nothing is selected fails no other."""
    ran = [it for it in statuses if it != NONE_SELECTED]
    return max(ran, key=abs) if ran else NONE_SELECTED


def run(first: list[str], *others: list[str]) -> int:
    """Run all at once; the first is seen as it goes on, the others when it is done."""
    with tempfile.TemporaryFile() as told:
        shown = _start(first, None)
        rest = [_start([*colour(), *it], told) for it in others]
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # each has it too, and says so
        statuses = [it.wait() for it in (shown, *rest)]
        told.seek(0)
        sys.stdout.buffer.write(told.read())
    return status(statuses)


def colour() -> list[str]:
    """Return what a pytest is told that does not see its terminal."""
    coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return ["--color=yes"] if coloured else []


def _start(arguments: list[str], told: IO[bytes] | None) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider"]
    return subprocess.Popen([*command, *arguments], stdout=told, stderr=told)


if __name__ == "__main__":
    sys.exit(run(*parts(sys.argv[1:])))

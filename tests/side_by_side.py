"""Runs the unit tests in two pytests side by side, each with its part of the files.

Workers of one pytest would each collect all tests and report to a third process, and
with thousands of short tests that is as dear as to run them.

    python tests/side_by_side.py [ARGUMENT OF PYTEST...]

When files are named, or a person is to be talked to, or an end comes early, one pytest
runs alone.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

from junit import merge

UNIT = "tests/unit"
FIRST = ("tests/unit/balancer", "tests/unit/controller")
# About as long as each other. The second has all that the first has not.
PARTS = (FIRST, (UNIT, *(f"--ignore={it}" for it in FIRST)))
# Also among other letters that take no value.
ALONE_LETTERS = re.compile(r"-[hlqsvxV]*[shxV]")
ALONE = re.compile(
    r"--(pdb|trace|capture=no|exitfirst|maxfail.*|help|version|collect-only|co|"
    r"fixtures|fixtures-per-test|markers)"
)
REPORT = "--junitxml="
NONE_SELECTED = 5  # the status of a pytest that was left without a test

# Nobody may leave a cache in the checkout, and one of root's would be in his way.
CACHED = re.compile(
    r"--(lf|last-failed|ff|failed-first|nf|new-first|sw|stepwise|cache-).*"
)
WORKERS = re.compile(r"-n.*|--numprocesses.*|--dist.*")


def refusal(arguments: list[str]) -> str:
    """Return which argument cannot be taken, and its cure; "" when all can be."""
    for argument in arguments:
        if CACHED.fullmatch(argument):
            return (
                f"{argument}: the unit tests run as nobody, who keeps no record here "
                f"(.venv/bin/python -m pytest {UNIT} {argument} does)"
            )
        if WORKERS.fullmatch(argument):
            return f"{argument}: two pytests run side by side already, without xdist"
    return ""


def parts(arguments: list[str]) -> list[list[str]]:
    """Return the arguments of each pytest."""
    if any(_is_alone(it) or _is_place(it) for it in arguments):
        return [["-o", f"testpaths={UNIT}", *arguments]]
    return [[*part, *arguments] for part in PARTS]


def _is_alone(argument: str) -> bool:
    return bool(ALONE.fullmatch(argument) or ALONE_LETTERS.fullmatch(argument))


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


def main(arguments: list[str]) -> int:
    """Run the tests; return pytest's status, and leave one report if one is asked."""
    report = next((it for it in arguments if it.startswith(REPORT)), None)
    if report is None:
        return run(*parts(arguments))
    rest = parts([it for it in arguments if it != report])
    with tempfile.TemporaryDirectory() as folder:
        reports = [Path(folder, f"{number}.xml") for number in range(len(rest))]
        named = [
            [*it, f"{REPORT}{path}"] for it, path in zip(rest, reports, strict=True)
        ]
        ended = run(*named)
        merge(reports, Path(report.removeprefix(REPORT)))
    return ended


if __name__ == "__main__":
    if wrong := refusal(sys.argv[1:]):
        sys.exit(f"tests: {wrong}")
    sys.exit(main(sys.argv[1:]))

"""Runs a step's tests in two pytests side by side, each with its part of the files.

Workers of one pytest would each collect all tests and report to a third process, and
with thousands of short tests that is as dear as to run them. Live tests wait more than
they work; the second part of them has a network of its own, lest they see each other's.

    python tests/side_by_side.py unit|live [ARGUMENT OF PYTEST...]

When files are named, or a person is to be talked to, or an end comes early, one pytest
runs alone.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from junit import merge

# What the first pytest has, by step; the second has all else, and takes about as long.
FIRST = {
    "unit": ("balancer", "controller", "topo/world"),
    "live": ("controller", "experiments", "features", "lab", "links", "net"),
}
APART = ("unshare", "--net", "--mount", "tests/apart")
# Also among other letters that take no value.
ALONE_LETTERS = re.compile(r"-[hlqsvxV]*[shxV]")
ALONE = re.compile(
    r"--(pdb|trace|capture=no|exitfirst|maxfail.*|help|version|collect-only|co|"
    r"fixtures|fixtures-per-test|markers)"
)
REPORT = "--junitxml="
NONE_SELECTED = 5  # the status of a pytest that was left without a test

# Two would write one cache; and nobody, as whom the unit tests run, may write none.
CACHED = re.compile(
    r"--(lf|last-failed|ff|failed-first|nf|new-first|sw|stepwise|cache-).*"
)
WORKERS = re.compile(r"-n.*|--numprocesses.*|--dist.*")


def refusal(step: str, arguments: list[str]) -> str:
    """Return which argument cannot be taken, and its cure; "" when all can be."""
    for argument in arguments:
        if CACHED.fullmatch(argument):
            return (
                f"{argument}: no record is kept of tests that run side by side "
                f"(.venv/bin/python -m pytest tests/{step} {argument} keeps one)"
            )
        if WORKERS.fullmatch(argument):
            return f"{argument}: two pytests run side by side already, without xdist"
    return ""


def parts(step: str, arguments: list[str]) -> list[list[str]]:
    """Return the arguments of each pytest."""
    tests = f"tests/{step}"
    if any(_is_alone(it) or _is_place(tests, it) for it in arguments):
        return [["-o", f"testpaths={tests}", *arguments]]
    first = [f"{tests}/{folder}" for folder in FIRST[step]]
    second = [tests, *(f"--ignore={folder}" for folder in first)]
    return [[*part, *arguments] for part in (first, second)]


def _is_alone(argument: str) -> bool:
    return bool(ALONE.fullmatch(argument) or ALONE_LETTERS.fullmatch(argument))


def _is_place(tests: str, argument: str) -> bool:
    path = Path(argument.split("::")[0]).resolve()
    return path.is_relative_to(Path(tests).resolve()) and path.exists()


def status(statuses: list[int]) -> int:
    """Return the status of all: a part in which nothing is selected fails no other."""
    ran = [it for it in statuses if it != NONE_SELECTED]
    return max(ran, key=abs) if ran else NONE_SELECTED


def run(way: Sequence[str], first: list[str], *others: list[str]) -> int:
    """Run all at once; the first is seen as it goes on, the others when it is done.

    Args:
        way: the command by which the others are run.
        first: arguments of a pytest; those of another one are each of `others`.
    """
    with tempfile.TemporaryFile() as told:
        shown = _start((), first, None)
        rest = [_start(way, [*colour(), *it], told) for it in others]
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # each has it too, and says so
        statuses = [it.wait() for it in (shown, *rest)]
        told.seek(0)
        sys.stdout.buffer.write(told.read())
    return status(statuses)


def apart(step: str) -> tuple[str, ...]:
    """Return by which command the second pytest is run; nobody's tests are skipped."""
    return APART if step == "live" and os.geteuid() == 0 else ()


def colour() -> list[str]:
    """Return what a pytest is told that does not see its terminal."""
    coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return ["--color=yes"] if coloured else []


def _start(
    way: Sequence[str], arguments: list[str], told: IO[bytes] | None
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider"]
    return subprocess.Popen([*way, *command, *arguments], stdout=told, stderr=told)


def main(step: str, arguments: list[str]) -> int:
    """Run the tests; return pytest's status, and leave one report if one is asked."""
    report = next((it for it in arguments if it.startswith(REPORT)), None)
    if report is None:
        return run(apart(step), *parts(step, arguments))
    rest = parts(step, [it for it in arguments if it != report])
    with tempfile.TemporaryDirectory() as folder:
        reports = [Path(folder, f"{number}.xml") for number in range(len(rest))]
        named = [
            [*it, f"{REPORT}{path}"] for it, path in zip(rest, reports, strict=True)
        ]
        ended = run(apart(step), *named)
        merge(reports, Path(report.removeprefix(REPORT)))
    return ended


if __name__ == "__main__":
    if wrong := refusal(sys.argv[1], sys.argv[2:]):
        sys.exit(f"tests: {wrong}")
    sys.exit(main(sys.argv[1], sys.argv[2:]))

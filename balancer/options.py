"""The command line that every program of the balancer has."""

from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """What the starter of a program tells it.

    Args:
        config: its configuration file.
        notify_descriptor: where readiness is announced, or None.
        status: path of the status socket to serve, or None.
        control: path of the control socket to serve, or None.
    """

    config: Path
    notify_descriptor: int | None
    status: Path | None
    control: Path | None = None


def parse_options(program: str, argv: Sequence[str]) -> Options:
    """Return the options of `python -m balancer PROGRAM`; exits on wrong usage."""
    parser = ArgumentParser(prog=f"python -m balancer {program}")
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    parser.add_argument("--notify-fd", type=int, metavar="N")
    parser.add_argument("--status", type=Path, metavar="SOCKET")
    parser.add_argument("--control", type=Path, metavar="SOCKET")
    found = parser.parse_args(argv)
    return Options(found.config, found.notify_fd, found.status, found.control)

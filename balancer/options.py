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


def parse_options(
    program: str, argv: Sequence[str], takes_orders: bool = False
) -> Options:
    """Return the options of `python -m balancer PROGRAM`; exits on wrong usage."""
    parser = _parser(program)
    parser.add_argument(
        "--status", type=Path, metavar="SOCKET", help="where its state is told"
    )
    parser.add_argument(
        "--notify-fd",
        type=int,
        metavar="N",
        help="descriptor that gets a newline once it serves",
    )
    if takes_orders:
        parser.add_argument(
            "--control", type=Path, metavar="SOCKET", help="where orders are taken"
        )
    found = parser.parse_args(argv)
    control = found.control if takes_orders else None
    return Options(found.config, found.notify_fd, found.status, control)


def parse_file(program: str, argv: Sequence[str]) -> Path:
    """Return the file of a program that reads it, tells something, and ends."""
    config: Path = _parser(program).parse_args(argv).config
    return config


def _parser(program: str) -> ArgumentParser:
    parser = ArgumentParser(prog=f"python -m balancer {program}")
    parser.add_argument(
        "--config", type=Path, required=True, metavar="FILE", help="its configuration"
    )
    return parser

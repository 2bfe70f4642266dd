"""`python -m balancer status SOCKET`: prints what a program says of itself."""

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from .errors import FrontlabError
from .status import read_status


def main(argv: Sequence[str]) -> int:
    """Print the status object as JSON; return 0.

    Raises:
        FrontlabError: nobody answers there.
    """
    parser = ArgumentParser(prog="python -m balancer status")
    told = "what the program was given as --status"
    parser.add_argument("socket", type=Path, metavar="SOCKET", help=told)
    path = parser.parse_args(argv).socket
    try:
        status = read_status(path)
    except (OSError, ValueError) as error:
        raise FrontlabError(f"{path}: no status: {error}") from error
    print(json.dumps(status, indent=2))  # noqa: T201 - the result
    return 0

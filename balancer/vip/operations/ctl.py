"""`python -m balancer vip ctl`: one order to a running balancer, and its answer."""

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...control import ask

_ORDERS = {
    "reload": "read the configuration anew; all mistakes are told and change nothing",
    "drain": "give a backend no new flows; those that it has stay",
    "undrain": "give a backend its weight of the configuration back",
    "weight": "set a backend's weight by hand, until it is undrained",
    "dump": "show pools, backends and VIPs as they are now",
    "flows": "show how many tracked flows each backend has",
    "samples": "show the latest packets that the flow table did not decide",
    "leave": "end, and leave the program forwarding for a successor",
}
_ON_A_BACKEND = ("drain", "undrain", "weight")


def main(argv: Sequence[str]) -> int:
    """Send the order that `argv` names and print the answer as JSON; return 0."""
    found = vars(_parser().parse_args(argv))
    path: Path = found.pop("control")
    request = {key: value for key, value in found.items() if value is not None}
    print(json.dumps(ask(path, request), indent=2))  # noqa: T201 - the result
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m balancer vip ctl")
    parser.add_argument("--control", type=Path, required=True, metavar="SOCKET")
    orders: Any = parser.add_subparsers(dest="do", required=True, metavar="ORDER")
    for name, text in _ORDERS.items():
        order = orders.add_parser(name, help=text, description=text)
        if name in _ON_A_BACKEND:
            order.add_argument("backend")
            order.add_argument("--pool", help="in this pool only")
        if name == "weight":
            order.add_argument("weight", type=int)
    return parser

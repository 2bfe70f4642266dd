"""`python -m balancer vip trace`: why a flow goes where it goes, from the live maps."""

import json
from argparse import ArgumentParser
from collections.abc import Sequence

from .flow_text import EXAMPLE, parse_flow_text
from .live_tables import read_live
from .trace import names_of, trace


def main(argv: Sequence[str]) -> int:
    """Tell what becomes of a flow's next packet; return 0.

    It reads the maps of the program on the interface, so that it works without the
    process that put it there.
    """
    parser = ArgumentParser(prog="python -m balancer vip trace")
    parser.add_argument("flow", nargs="+", metavar="FIVE-TUPLE", help=EXAMPLE)
    parser.add_argument("--interface", default="eth0", help="where the balancer stands")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    found = parser.parse_args(argv)
    flow = parse_flow_text(" ".join(found.flow))
    live = read_live(found.interface, flow)
    told = trace(flow, live.context, names_of(live.about), live.idle_s)
    text = json.dumps(told.to_json()) if found.json else "\n".join(told.lines())
    print(text)  # noqa: T201 - the result
    return 0

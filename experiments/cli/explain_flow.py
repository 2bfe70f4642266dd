"""The verb explain-flow: who gets a flow, and why."""

from typing import Annotated

import typer

from balancer.vip.seeing.flow_text import EXAMPLE, flow_text, parse_flow_text
from topo.lab.session.explain_flow import Told, explain_flow
from topo.lab.session.registry import only

from .choices import Lab
from .console import Json, emit, show_table
from .root import need_root

UNKNOWN_STATUS = 1


def explain(
    flow: Annotated[
        list[str], typer.Argument(metavar="FIVE-TUPLE", help=f"Such as {EXAMPLE}.")
    ],
    lab: Lab = None,
    as_json: Json = False,
) -> None:
    """Say to which backend a flow goes, by which slot or table entry, and why.

    The fabric sends a flow to one of its VIP's balancers; they all are asked, and the
    one that tracks the flow is where it passes.

    Example: frontlab explain-flow 11.1.16.10:40000 23.0.1.80:80
    """
    need_root()
    wanted = parse_flow_text(" ".join(flow))

    def show(told: tuple[Told, ...]) -> int:
        if as_json:
            balancers = {
                it.balancer: it.trace.to_json() if it.trace else {"error": it.problem}
                for it in told
            }
            emit({"flow": flow_text(wanted), "balancers": balancers})
        else:
            _show(flow_text(wanted), told)
        return 0 if any(it.trace for it in told) else UNKNOWN_STATUS

    raise typer.Exit(explain_flow(only(lab), wanted, show))


def _show(flow: str, told: tuple[Told, ...]) -> None:
    columns = ("balancer", "backend", "slot", "slot's", "tracked", "counted as")
    show_table(flow, columns, map(_row, told))
    for why in dict.fromkeys(it.trace.why for it in told if it.trace):
        reasons = {it.trace.reason for it in told if it.trace and it.trace.why == why}
        print(f"{', '.join(sorted(reasons))}: {why}")
    for it in told:
        if it.problem:
            print(f"{it.balancer}: {it.problem}")


def _row(told: Told) -> tuple[str, ...]:
    if told.trace is None:
        return told.balancer, "?", "?", "?", "?", "?"
    it = told.trace
    tracked = (
        f"{it.tracked.backend}, {it.tracked.idle_s:.0f} s ago" if it.tracked else "-"
    )
    place = f"{it.slot}/{it.slots}" if it.slots else "-"
    owners = it.slot_backend or "-"
    return told.balancer, it.backend or "-", place, owners, tracked, it.reason

"""Where a flow goes in a running lab: each balancer that may get it, asked for why."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass

from balancer.errors import ConfigError, FrontlabError
from balancer.model import FiveTuple
from balancer.vip.seeing.flow_text import address_of
from balancer.vip.seeing.live_tables import read_live
from balancer.vip.seeing.trace import Trace, names_of, trace
from topo.netlink.namespace import inside
from topo.render.balancers import not_ours
from topo.sandbox import enter
from topo.world.hosts import INTERFACE
from topo.world.plan import Plan

from ..paths import PLAN
from .enter import init_of
from .registry import LabEntry


@dataclass(frozen=True, slots=True)
class Told:
    """What a balancer says of a flow, or why it says nothing."""

    balancer: str
    trace: Trace | None
    problem: str = ""


def explain_flow(
    entry: LabEntry, flow: FiveTuple, show: Callable[[tuple[Told, ...]], int]
) -> int:
    """Have `show` told what every balancer of the flow's VIP says; return its status.

    Raises:
        ConfigError: the flow is to no VIP of the lab.
        LabError: the lab is going down.
    """
    return enter(init_of(entry), lambda: show(_ask_all(flow)))


def balancers_of(plan: Plan, flow: FiveTuple) -> tuple[str, ...]:
    """Return who balances what is sent to the flow's destination; else ConfigError."""
    address = address_of(flow.version, flow.destination)
    for vip in plan.vips.values():
        if address in (vip.address4, vip.address6):
            return vip.members
    known = ", ".join(f"{it.address4} and {it.address6}" for it in plan.vips.values())
    raise ConfigError(f"{address} is no VIP of this lab (there are: {known})")


def _ask_all(flow: FiveTuple) -> tuple[Told, ...]:
    with PLAN.open("rb") as file:
        plan: Plan = pickle.load(file)
    return tuple(_ask(plan, name, flow) for name in balancers_of(plan, flow))


def _ask(plan: Plan, name: str, flow: FiveTuple) -> Told:
    if why := not_ours(plan, name):
        return Told(name, None, why)
    try:
        with inside(name):
            live = read_live(INTERFACE, flow)
    except FrontlabError as error:
        return Told(name, None, str(error))
    names = names_of(live.about)
    return Told(name, trace(flow, live.context, names, live.idle_s))

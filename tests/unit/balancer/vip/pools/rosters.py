"""A roster of two pools, and what is asked of it."""

from dataclasses import replace
from ipaddress import IPv4Address

from balancer.model import Backend, Pool, Protocol, Vip
from balancer.vip.pools.health import Thresholds
from balancer.vip.pools.pace import SlowStart
from balancer.vip.pools.plan import Plan, PoolPlan, Selection, VipPlan
from balancer.vip.pools.roster import Roster
from balancer.vip.tables.options import Options
from balancer.vip.tables.tables import Tables

OPTIONS = Options(IPv4Address("11.1.8.10"), 1500, bytes(6), bytes(6))
ONE_IS_ENOUGH = Thresholds(rise=1, fall=1)
SLOTS = 1009
RAMP = SlowStart(duration_s=6.0, steps=4)


def backend(name: str, number: int, weight: int = 1) -> Backend:
    return Backend(name, IPv4Address(f"11.1.1.{number}"), weight)


A, NEW = backend("a", 1), backend("new", 4)
B, DRAINED = backend("b", 2, weight=3), backend("drained", 3, weight=0)
OTHER = PoolPlan(Pool("other", (backend("x", 9),)), ONE_IS_ENOUGH)
WWW = PoolPlan(Pool("www", (A, B, DRAINED)), ONE_IS_ENOUGH)


def vip(last: int, pool: str, method: str = "maglev") -> VipPlan:
    address = IPv4Address(f"23.0.1.{last}")
    selection = Selection(method, slots=SLOTS)
    return VipPlan(Vip(pool, address, 80, Protocol.TCP, pool), selection)


PASTS = {"before": (DRAINED, B, A), "now": (NEW, A, B)}
VIPS = (vip(79, "other"), vip(80, "www"))
PLAN = Plan(OPTIONS, (OTHER, WWW), VIPS)


def plan_of(www: PoolPlan) -> Plan:
    return Plan(OPTIONS, (OTHER, www), VIPS)


def members(*backends: Backend) -> Plan:
    return plan_of(replace(WWW, pool=Pool("www", backends)))


def check(roster: Roster, now_s: float = 0.0, **results: bool) -> Tables:
    for name, passed in results.items():
        roster.note("www", name, "", passed)
    return roster.update(now_s)


def owners(roster: Roster) -> set[str]:
    names = {roster.backend_number(p, n): n for p, n, _ in roster.each()}
    return {names[n] for n in roster.tables.slots[1] if n in names}


def usable(roster: Roster) -> set[str]:
    backends = roster.tables.backends
    each = ((n, roster.backend_number(p, n)) for p, n, _ in roster.each() if p == "www")
    return {name for name, number in each if backends[number].usable}


def share_of(roster: Roster, name: str) -> float:
    number = roster.backend_number("www", name)
    return roster.tables.slots[1].count(number) / SLOTS

"""Draining a datacenter in DNS, and when traffic behind each resolver has left it."""

import asyncio
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from balancer.model import Address
from topo.lab.paths import steering_path
from topo.world.plan import Plan
from topo.world.probe_names import DRAINED_TTL_S, probe_names
from topo.world.records import NameserverKind

from ..clients.dns_client import Answer, Ask, ask_all, periodic
from ..trial import Trial
from .caches import clients_for
from .shares import asked
from .steering import chain, chains

if TYPE_CHECKING:
    from topo.lab.lab import Lab

# Every cache holds its answers before the drain, at phases spread over a whole TTL.
DRAIN_S = DRAINED_TTL_S + 1.0
WATCHED_S = 3.0 * DRAINED_TTL_S
PERIOD_S = 1.0


@dataclass(frozen=True, slots=True)
class DrainRow:
    """The users of one name behind one resolver.

    Args:
        resolver: its name; `kind` its product.
        name: each is in the cache for itself, and stands for a resolver of its own.
        caches: how many lie one behind the other.
        served_ttl_s: for how long the product is known to keep the answer.
        ways: how many recursive resolvers may answer.
        asked: questions that were answered after the drain, one a second.
        stale: how many of these led to the drained datacenter.
        moved_s: seconds from the drain to the last stale answer; 0 for none.
        held: whether the last answer of all still led there.
    """

    resolver: str
    kind: str
    name: str
    caches: int
    served_ttl_s: int
    ways: int
    asked: int
    stale: int
    moved_s: float
    held: bool


def drain_rows(lab: "Lab", trial: Trial) -> Iterator[DrainRow]:
    """Drain the first datacenter while everybody asks; a row for each name."""
    answers, drained_s = asyncio.run(_measure(lab, trial.random("phases")))
    yield from read_answers(lab.plan, answers, drained_s)


async def _measure(lab: "Lab", source: random.Random) -> tuple[list[Answer], float]:
    site, loop = lab.world.datacenters[0].site, asyncio.get_running_loop()
    began_s = loop.time()
    drained_s = loop.create_future()

    def drain() -> None:
        drained_s.set_result(loop.time() - began_s)
        steer(lab.plan, {site: {"drained": True}})

    loop.call_at(began_s + DRAIN_S, drain)
    try:
        answers = await ask_all(lab, list(_asks(lab.plan, source)))
        return answers, await drained_s
    finally:
        steer(lab.plan, {site: {"drained": False}})


def steer(plan: Plan, sites: dict[str, dict[str, bool]]) -> None:
    """Give every nameserver of ours a steering map, newer than the one it has."""
    kinds = {it.site: it.nameserver for it in plan.world.datacenters}
    for name in plan.nameserver.members:
        if kinds[plan.host(name).site] is NameserverKind.OURS:
            _replace(steering_path(name), sites)


def _replace(path: Path, sites: dict[str, dict[str, bool]]) -> None:
    """Write the file in one step, so that nobody reads half of it."""
    version = json.loads(path.read_text())["version"] if path.exists() else 0
    new = path.with_suffix(".new")
    new.write_text(json.dumps({"version": version + 1, "sites": sites}))
    new.replace(path)


def _asks(plan: Plan, source: random.Random) -> Iterator[Ask]:
    for resolver in asked(plan):
        client = clients_for(plan, resolver.name)[0].name
        server = plan.host(resolver.name).address4
        for name in probe_names(plan.world, resolver.name).drained:
            first_s = source.uniform(0, DRAINED_TTL_S)
            window_s = DRAIN_S + WATCHED_S - first_s
            yield from periodic(Ask(first_s, client, server, name), PERIOD_S, window_s)


def read_answers(
    plan: Plan, answers: Iterable[Answer], drained_s: float
) -> Iterator[DrainRow]:
    """Yield what became of each name, from answers in any order."""
    site = plan.world.datacenters[0].site
    left: set[Address] = {
        vip.address4 for (_, at), vip in plan.vips.items() if at == site
    }
    by_name: dict[str, list[Answer]] = {}
    for answer in answers:
        if answer.at_s is not None and answer.addresses and answer.at_s > drained_s:
            by_name.setdefault(answer.ask.name, []).append(answer)
    for resolver in asked(plan):
        way = chain(plan.world, resolver.name)
        for name in probe_names(plan.world, resolver.name).drained:
            own = sorted(by_name.get(name, ()), key=lambda it: it.at_s or 0.0)
            stale = [it for it in own if it.addresses[0] in left]
            yield DrainRow(
                resolver=resolver.name,
                kind=resolver.kind.value,
                name=name,
                caches=len(way.links),
                served_ttl_s=way.ttl_s(DRAINED_TTL_S),
                ways=len(list(chains(plan.world, resolver.name))),
                asked=len(own),
                stale=len(stale),
                moved_s=_last_s(stale, drained_s),
                held=bool(own) and _leads_to(own[-1], left),
            )


def _last_s(stale: Sequence[Answer], drained_s: float) -> float:
    return round(stale[-1].at_s - drained_s, 3) if stale and stale[-1].at_s else 0.0


def _leads_to(answer: Answer, addresses: set[Address]) -> bool:
    return answer.addresses[0] in addresses


def moved_share(rows: Sequence[DrainRow], after_s: float) -> float:
    """Return the share of the names that no answer led astray later than that."""
    gone = [not row.held and row.moved_s <= after_s for row in rows]
    return sum(gone) / len(gone) if gone else 0.0

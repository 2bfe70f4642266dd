"""Users behind resolvers, few behind most and many behind some, and their replies."""

import asyncio
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from balancer.model import Address
from topo.world.plan import Plan
from topo.world.probe_names import USER_TTL_S, probe_names

from ..clients.dns_client import Answer, Ask, ask_all, poisson
from ..judging.variation import variation_of
from ..trial import Trial
from .caches import clients_for, predictable

if TYPE_CHECKING:
    from topo.lab.lab import Lab

WINDOW_S = 5.0 * USER_TTL_S
TOTAL_QPS = 90.0
# Products round what is left of a TTL by a second: a reply is new when the end that it
# promises is later than the one before by more than that.
NEW_S = 2.5
# The first answers all came in the first seconds: later each name is at its own phase.
BUSY, QUIET = slice(0, 5), slice(10, 15)  # names by rank
INSTANTS_S = tuple(USER_TTL_S * (k + 0.9) for k in range(1, 5))


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One reply of the authority, and the requests that followed it.

    Args:
        name: stands for a resolver with users of its own; `resolver` has it in its
            cache, `kind` is the product.
        rank: 1 has most users, of all of which `weight` are here.
        rate_qps: of their requests.
        from_s: when it was first given, from the start; `site` is where it led, of
            all `sites` that the authority may draw.
        requests: that were sent there before the next reply.
    """

    name: str
    resolver: str
    kind: str
    rank: int
    weight: float
    rate_qps: float
    from_s: float
    site: str
    sites: int
    requests: int


def reply_rows(lab: "Lab", trial: Trial) -> Iterator[ReplyRow]:
    """Let all users ask; a row for each reply that they got from the authority."""
    crowds = make_crowds(lab.plan, trial.random("ranks"))
    asks = list(_asks(lab.plan, crowds, trial.random("arrivals")))
    answers = asyncio.run(ask_all(lab, asks))
    yield from read_replies(lab.plan, crowds, answers)


@dataclass(frozen=True, slots=True)
class Crowd:
    """The users behind one name."""

    name: str
    resolver: str
    kind: str
    rank: int
    weight: float

    @property
    def rate_qps(self) -> float:
        """Requests a second of all of them."""
        return self.weight * TOTAL_QPS


def make_crowds(plan: Plan, source: random.Random) -> list[Crowd]:
    """Return crowds by Zipf's law, each behind a name that chance gives it."""
    places = [
        (name, resolver)
        for resolver in predictable(plan.world)
        if not resolver.replies_from_own
        for name in probe_names(plan.world, resolver.name).users
    ]
    source.shuffle(places)
    total = sum(1 / rank for rank in range(1, len(places) + 1))
    return [
        Crowd(name, resolver.name, resolver.kind.value, rank, 1 / rank / total)
        for rank, (name, resolver) in enumerate(places, start=1)
    ]


def _asks(plan: Plan, crowds: Iterable[Crowd], source: random.Random) -> Iterator[Ask]:
    for crowd in crowds:
        client = clients_for(plan, crowd.resolver)[0].name
        server = plan.host(crowd.resolver).address4
        once = Ask(0.0, client, server, crowd.name)
        yield from poisson([once], crowd.rate_qps, WINDOW_S, source)


def read_replies(
    plan: Plan, crowds: Iterable[Crowd], answers: Iterable[Answer]
) -> Iterator[ReplyRow]:
    """Yield the replies that answers show, from answers in any order."""
    sites: dict[Address, str] = {
        vip.address4: site for (_, site), vip in plan.vips.items()
    }
    by_name: dict[str, list[Answer]] = {}
    for answer in answers:
        if answer.addresses and answer.at_s is not None:
            by_name.setdefault(answer.ask.name, []).append(answer)
    for crowd in crowds:
        own = sorted(by_name.get(crowd.name, ()), key=lambda it: it.at_s or 0.0)
        for some in _replies(own):
            yield ReplyRow(
                name=crowd.name,
                resolver=crowd.resolver,
                kind=crowd.kind,
                rank=crowd.rank,
                weight=crowd.weight,
                rate_qps=round(crowd.rate_qps, 4),
                from_s=round(some[0].at_s or 0.0, 3),
                site=next((sites[it] for it in some[0].addresses if it in sites), ""),
                sites=len(plan.world.datacenters),
                requests=len(some),
            )


def _replies(answers: Sequence[Answer]) -> Iterator[list[Answer]]:
    """Split answers, in order, into those that came of one reply each."""
    some: list[Answer] = []
    for answer in answers:
        if some and _is_new(some[0], answer):
            yield some
            some = []
        some.append(answer)
    if some:
        yield some


def _is_new(first: Answer, answer: Answer) -> bool:
    if first.addresses != answer.addresses:
        return True
    return _end_s(answer) - _end_s(first) > NEW_S


def _end_s(answer: Answer) -> float:
    return (answer.at_s or 0.0) + (answer.ttl_s or 0)


def by_name(rows: Iterable[ReplyRow]) -> dict[str, list[ReplyRow]]:
    """Return the replies of each name, busiest first."""
    found: dict[str, list[ReplyRow]] = {}
    for row in sorted(rows, key=lambda row: (row.rank, row.from_s)):
        found.setdefault(row.name, []).append(row)
    return found


def ratios(rows: Sequence[ReplyRow]) -> tuple[float, float]:
    """Return how many times as many users, and replies, `BUSY` names have as `QUIET`.

    0 where there are too few names.
    """
    names = list(by_name(rows).values())
    busy, quiet = names[BUSY], names[QUIET]
    if not quiet:
        return 0.0, 0.0
    users = sum(own[0].weight for own in busy) / sum(own[0].weight for own in quiet)
    return users, sum(map(len, busy)) / sum(map(len, quiet))


def variation(rows: Sequence[ReplyRow]) -> float:
    """Return the coefficient of variation of the sites' shares of all users.

    At each of `INSTANTS_S` everybody is where the reply in force leads; the root of
    the mean square over instants and sites, those that nobody was led to among them.
    """
    led_to = sorted({row.site for row in rows})
    nobody = [0.0] * (max((row.sites for row in rows), default=0) - len(led_to))
    shares = [_shares(rows, instant_s) for instant_s in INSTANTS_S]
    return variation_of(
        [[*(it.get(site, 0.0) for site in led_to), *nobody] for it in shares]
    )


def _shares(rows: Iterable[ReplyRow], instant_s: float) -> Mapping[str, float]:
    """Return each site's share of the users at an instant."""
    shares: dict[str, float] = {}
    for own in by_name(rows).values():
        if before := [row for row in own if row.from_s <= instant_s]:
            site = before[-1].site
            shares[site] = shares.get(site, 0.0) + before[-1].weight
    total = sum(shares.values())
    return {site: share / total for site, share in shares.items()} if total else {}

"""Resolvers' caches: what to ask them, and one row of numbers for each."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from topo.world.plan import Host, Plan, Role
from topo.world.probe_names import CACHED_TTL_S, SHORT_TTL_S, probe_names
from topo.world.records import Resolver, World

from ..clients.dns_client import Answer, Ask, periodic, poisson
from ..judging.renewal import Interval, Load, hit_ratio, misses, predicted_misses
from ..packets.frame import Frame
from ..packets.sighting import sightings
from .authority import (
    ToldScope,
    authority_queries,
    queries_wanted,
    times_by_name,
    told_scopes,
)
from .steering import Chain, chain, chains

WINDOW_S = 20.0
RATE_QPS = 0.5  # for each name: λT = 2.5, so that hits and misses are both many
POLL_S = 0.25
SUBNETS = 4
STEERED_ROUNDS_S = (1.0, 7.5, 14.0)
STEERED_GAP_S = 1.5  # longer than a resolution and a retry: each query stands alone
RESOLVE_S = 0.5  # longest that a miss takes to be answered
ROUNDING_S = 1.0  # how far products round a TTL, either way


@dataclass(frozen=True, slots=True)
class CacheRow:
    """What one resolver did.

    Args:
        resolver: its name; `kind` its product, `site` its place.
        subnet_sent: whether the authority learns client subnets.
        caches: how many caches lie one behind the other, a forwarder's included.
        asked_ttl_s: TTL in the zone of the short name; `served_ttl_s` what the
            product is known to make of it; `returned_ttl_s` what it answered.
        requery_s: median time between two questions for the short name at the
            authority, expected within `requery_low_s`..`requery_high_s`.
        queries: asked under Poisson load, of which `unanswered` got no answer.
        misses: of these, what the authority saw; `misses_low`..`misses_high` is
            predicted, `misses_twice` were expected if the TTL were doubled.
        hit_ratio: share of the load that the cache answered; `hit_ratio_predicted`
            is the closed form for an endless load.
        subnets: client networks that asked for the steered name.
        steered_queries: questions for it at the authority; `steered_wanted` is how
            many its answers' `scopes` call for, or one where no subnet is sent.
    """

    resolver: str
    kind: str
    site: str
    subnet_sent: bool
    caches: int
    asked_ttl_s: int
    served_ttl_s: int
    returned_ttl_s: int | None
    requery_s: float | None
    requery_low_s: float
    requery_high_s: float
    queries: int
    unanswered: int
    misses: int
    misses_low: float
    misses_high: float
    misses_twice: float
    hit_ratio: float
    hit_ratio_predicted: float
    subnets: int
    steered_queries: int
    steered_wanted: int
    scopes: str


def predictable(world: World) -> list[Resolver]:
    """Return the resolvers of which the window can tell how often they ask.

    A farm's queries take several ways, for which there is no closed form; and who keeps
    a record for longer than half of the window is hardly seen to ask again.
    """
    found = []
    for it in world.resolvers:
        ways = list(chains(world, it.name))
        if len(ways) == 1 and ways[0].ttl_s(CACHED_TTL_S) < WINDOW_S / 2:
            found.append(it)
    return found


def questions(plan: Plan, source: random.Random) -> Iterator[Ask]:
    """Yield everything to ask every predictable resolver, within `WINDOW_S`."""
    for resolver in predictable(plan.world):
        names = probe_names(plan.world, resolver.name)
        server = plan.host(resolver.name).address4
        askers = clients_for(plan, resolver.name)
        near = askers[0].name
        load = [Ask(0.0, near, server, name) for name in names.cached]
        yield from poisson(load, RATE_QPS, WINDOW_S, source)
        yield from periodic(Ask(0.0, near, server, names.short), POLL_S, WINDOW_S)
        for round_s in STEERED_ROUNDS_S:
            for k, asker in enumerate(askers):
                at_s = round_s + k * STEERED_GAP_S
                yield Ask(at_s, asker.name, server, names.steered)


def clients_for(plan: Plan, resolver: str) -> list[Host]:
    """Return one client of each of up to `SUBNETS` networks, one of its own first.

    They are at as many sites as can be: what tells clients apart must show.
    """
    asked = {resolver} | {it.anycast for it in plan.world.resolvers_named(resolver)}
    own = {it.name for it in plan.world.client_networks if it.resolver in asked}
    first_of: dict[str, Host] = {}
    for host in plan.hosts:
        if host.role is Role.CLIENT:
            first_of.setdefault(host.network, host)
    ordered = sorted(first_of.values(), key=lambda host: host.network not in own)
    at_site = {host.site: host for host in reversed(ordered)}
    apart = [host for host in ordered if at_site[host.site] is host]
    return [*apart, *(host for host in ordered if host not in apart)][:SUBNETS]


def cache_rows(
    plan: Plan, answers: Iterable[Answer], frames: Iterable[Frame]
) -> Iterator[CacheRow]:
    """Yield a row for each predictable resolver, from answers and packets."""
    seen = list(sightings(frames))
    asked, told = times_by_name(authority_queries(seen)), told_scopes(seen)
    by_name: dict[str, list[Answer]] = {}
    for answer in answers:
        by_name.setdefault(answer.ask.name, []).append(answer)
    for resolver in predictable(plan.world):
        yield _row(plan, resolver.name, by_name, asked, told)


def _row(
    plan: Plan,
    resolver: str,
    by_name: Mapping[str, Sequence[Answer]],
    asked: Mapping[str, Sequence[int]],
    told: Sequence[ToldScope],
) -> CacheRow:
    names, host = probe_names(plan.world, resolver), plan.host(resolver)
    way = chain(plan.world, resolver)
    load = [it for name in names.cached for it in by_name.get(name, ())]
    missed = sum(len(asked.get(name, ())) for name in names.cached)
    predicted, twice = _prediction(way, len(names.cached))
    served_s = way.ttl_s(SHORT_TTL_S)
    subnets = [host.subnet.network4 for host in clients_for(plan, resolver)]
    scopes = [it for it in told if it.name == names.steered]
    return CacheRow(
        resolver=resolver,
        kind=way.links[0].kind.value,
        site=host.site,
        subnet_sent=way.sends_subnet,
        caches=len(way.links),
        asked_ttl_s=SHORT_TTL_S,
        served_ttl_s=served_s,
        returned_ttl_s=_full_ttl_s(by_name.get(names.short, ())),
        requery_s=_median_gap_s(asked.get(names.short, ())),
        requery_low_s=max(0.0, served_s - ROUNDING_S),
        requery_high_s=served_s + _late_s(way) + POLL_S,
        queries=len(load),
        unanswered=sum(it.at_s is None for it in load),
        misses=missed,
        misses_low=round(predicted.low, 1),
        misses_high=round(predicted.high, 1),
        misses_twice=round(twice, 1),
        hit_ratio=round(1 - missed / len(load), 4) if load else 0.0,
        hit_ratio_predicted=round(hit_ratio(RATE_QPS, way.ttl_s(CACHED_TTL_S)), 4),
        subnets=len(subnets),
        steered_queries=len(asked.get(names.steered, ())),
        steered_wanted=queries_wanted(subnets, scopes) if way.sends_subnet else 1,
        scopes=", ".join(str(it.scope) for it in scopes),
    )


def _prediction(way: Chain, names: int) -> tuple[Interval, float]:
    """Return where the misses should lie, and how many a doubled TTL would leave."""
    ttl_s, load = way.ttl_s(CACHED_TTL_S), Load(names, RATE_QPS, WINDOW_S)
    predicted = predicted_misses(load, ttl_s - ROUNDING_S, ttl_s + _late_s(way))
    return predicted, misses(load, 2 * ttl_s)[0]


def _late_s(way: Chain) -> float:
    """Return how much later than its TTL a record may be asked for again.

    Each cache may round up; only the last one asks the authority, so that rounding
    down counts once.
    """
    return ROUNDING_S * len(way.links) + RESOLVE_S


def _full_ttl_s(answers: Iterable[Answer]) -> int | None:
    """Return the highest TTL answered: that of a record fresh in the cache."""
    return max((it.ttl_s for it in answers if it.ttl_s is not None), default=None)


def _median_gap_s(times_ns: Sequence[int]) -> float | None:
    gaps = [b - a for a, b in pairwise(times_ns)]
    return round(median(gaps) / 1e9, 3) if gaps else None

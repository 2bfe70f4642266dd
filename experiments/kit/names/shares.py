"""Which of several addresses clients end up at: answers of resolvers through stacks."""

import asyncio
import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from balancer.model import Address
from topo.world.plan import Host, Plan
from topo.world.probe_names import MANY_TTL_S, ProbeNames, probe_names
from topo.world.records import RecordOrder, Resolver, ResolverKind

from ..clients.dns_client import Answer, Ask, ask_all, periodic
from ..clients.stacks import (
    Sources,
    first_record,
    happy_eyeballs,
    pinned,
    random_record,
    rfc6724,
)
from ..judging.chi_square import equal_p
from ..trial import Trial
from .caches import clients_for

if TYPE_CHECKING:
    from topo.lab.lab import Lab

WINDOW_S = 3.2 * MANY_TTL_S
PERIOD_S = 0.25

FIRST, RANDOM, RFC6724 = "first record", "random record", "RFC 6724"
GNU, PINNED, EYEBALLS = "GNU C library", "pinned", "Happy Eyeballs"

# Products that answer from the cache with the whole answer, as they first gave it.
REPEATS = frozenset({ResolverKind.PDNS_RECURSOR, ResolverKind.DNSDIST})

Choose = Callable[[Sequence[Address]], Address]


@dataclass(frozen=True, slots=True)
class ShareRow:
    """What one client program behind one resolver makes of many answers.

    Args:
        resolver: its name; `kind` its product.
        varies: whether it is known to change the order while it has an answer.
        stack: how the program chooses; `family` of the addresses, 0 for both.
        offered: addresses in an answer.
        answers: how many there were; `top` was chosen most often, in `top_share`.
        kept_share: how often the same was chosen as from the answer before; nan for
            fewer than two answers.
        p_equal: probability of such shares if all addresses were as likely.
        nearest: the address whose prefix has most in common with the client's.
    """

    resolver: str
    kind: str
    varies: bool
    stack: str
    family: int
    offered: int
    answers: int
    top: str
    top_share: float
    kept_share: float
    p_equal: float
    nearest: str


def share_rows(lab: "Lab", trial: Trial) -> Iterator[ShareRow]:
    """Ask every resolver for some TTLs; a row for each kind of client program."""
    answers = asyncio.run(ask_all(lab, list(_asks(lab.plan))))
    by_name: dict[tuple[str, str], list[Answer]] = {}
    for answer in sorted(answers, key=lambda it: it.ask.at_s):
        if answer.addresses:
            by_name.setdefault((answer.ask.name, answer.ask.kind), []).append(answer)
    for resolver in asked(lab.plan):
        source = trial.random(resolver.name)
        yield from _rows(lab, resolver, by_name, source)


def asked(plan: Plan) -> list[Resolver]:
    """Return the resolvers that answer from where they were asked."""
    return [it for it in plan.world.resolvers if not it.replies_from_own]


def _asks(plan: Plan) -> Iterator[Ask]:
    for resolver in asked(plan):
        names = probe_names(plan.world, resolver.name)
        client = _client(plan, resolver).name
        server = plan.host(resolver.name).address4
        for name in (names.apart, names.many):
            for kind in ("A", "AAAA"):
                once = Ask(0.0, client, server, name, kind)
                yield from periodic(once, PERIOD_S, WINDOW_S)


def _client(plan: Plan, resolver: Resolver) -> Host:
    return clients_for(plan, resolver.name)[0]


def varies(resolver: Resolver) -> bool:
    """Whether the order of addresses changes from one cached answer to the next."""
    if resolver.order is not None:
        return resolver.order is not RecordOrder.FIXED
    return resolver.kind not in REPEATS or bool(resolver.prefetch)


def _rows(
    lab: "Lab",
    resolver: Resolver,
    by_name: Mapping[tuple[str, str], Sequence[Answer]],
    source: random.Random,
) -> Iterator[ShareRow]:
    client, names = _client(lab.plan, resolver), probe_names(lab.world, resolver.name)
    sources = Sources(client.address4, client.address6)
    for family, kind in ((4, "A"), (6, "AAAA")):
        answers = by_name.get((names.apart, kind), ())
        for stack, choose in _stacks(sources, source).items():
            yield _row(resolver, (stack, family), answers, choose, sources)
    both = _both(names, by_name)
    connect_ms = _connect_ms(lab, client)

    def fastest(answer: Sequence[Address]) -> Address:
        ordered = rfc6724(answer, sources, ipv4_prefixes=False)
        return happy_eyeballs(ordered, connect_ms) or ordered[0]

    yield _row(resolver, (EYEBALLS, 0), both, fastest, sources)


def _stacks(sources: Sources, source: random.Random) -> dict[str, Choose]:
    kept: list[Address] = []

    def keep(answer: Sequence[Address]) -> Address:
        kept.append(pinned(answer, kept[0] if kept else None))
        return kept[0]

    return {
        FIRST: first_record,
        RANDOM: lambda answer: random_record(answer, source),
        RFC6724: lambda answer: rfc6724(answer, sources)[0],
        GNU: lambda answer: rfc6724(answer, sources, ipv4_prefixes=False)[0],
        PINNED: keep,
    }


def _both(
    names: ProbeNames, by_name: Mapping[tuple[str, str], Sequence[Answer]]
) -> list[Answer]:
    """The answers of both families that came to questions of the same time."""
    fours = {it.ask.at_s: it for it in by_name.get((names.many, "A"), ())}
    sixes = by_name.get((names.many, "AAAA"), ())
    return [
        Answer(six.ask, six.at_s, (*six.addresses, *four.addresses), six.ttl_s)
        for six in sixes
        if (four := fours.get(six.ask.at_s)) is not None
    ]


def _connect_ms(lab: "Lab", client: Host) -> dict[Address, float]:
    """How long a handshake with each VIP takes from the client, as measured."""
    measured = {frozenset((it.a, it.b)): it.measured_ms for it in lab.links}
    return {
        address: measured.get(frozenset((client.site, site)), 0.0)
        for (_, site), vip in lab.plan.vips.items()
        for address in (vip.address4, vip.address6)
    }


def _row(
    resolver: Resolver,
    stack: tuple[str, int],
    answers: Sequence[Answer],
    choose: Choose,
    sources: Sources,
) -> ShareRow:
    chosen = [(it, choose(it.addresses)) for it in answers]
    counts = Counter(address for _, address in chosen)
    offered = list(dict.fromkeys(a for it in answers for a in it.addresses))
    top, times = counts.most_common(1)[0] if counts else ("", 0)
    return ShareRow(
        resolver=resolver.name,
        kind=resolver.kind.value,
        varies=varies(resolver),
        stack=stack[0],
        family=stack[1],
        offered=len(offered),
        answers=len(answers),
        top=str(top),
        top_share=times / len(chosen) if chosen else 0.0,
        kept_share=_kept_share(chosen),
        p_equal=equal_p([counts[address] for address in offered]),
        nearest=str(max(offered, key=sources.common_bits, default="")),
    )


def _kept_share(chosen: Iterable[tuple[Answer, Address]]) -> float:
    """How often the same is chosen as the time before.

    Answers with a TTL of 0 are left out: nobody may keep them, and so for the last
    second of a record each question behind a forwarder is a new one.
    """
    addresses = [address for answer, address in chosen if answer.ttl_s]
    kept = [a == b for a, b in pairwise(addresses)]
    return sum(kept) / len(kept) if kept else math.nan

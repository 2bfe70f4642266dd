"""Resolvers behind one address, and farms: who was asked, who asked, who answered."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from balancer.model import Address
from topo.world.delay import shortest_paths
from topo.world.plan import Anycast, Host, Plan, Role
from topo.world.probe_names import probe_names
from topo.world.records import Resolver

from ..clients.dns_exchange import Question, Reply, exchange
from ..judging.chi_square import equal_p
from ..packets.sighting import Sighting, sightings
from ..trial import Trial
from .authority import authority_queries, times_by_name
from .steering import chains, nearest

if TYPE_CHECKING:
    from topo.lab.lab import Lab

ROUNDS = 4
TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Asked:
    """Someone to ask, and by whom, for which names.

    Args:
        name: of the shared address, or of the farm's front.
        address: what is asked.
        members: the hosts that may get the question, or that the front hands it to.
        client: who asks.
        front: the farm's own host; "" for a shared address.
    """

    name: str
    address: Host | Anycast
    members: tuple[str, ...]
    client: Host
    names: tuple[str, ...]
    front: str = ""


@dataclass(frozen=True, slots=True)
class SharedRow:
    """What became of one client's questions to one address.

    Args:
        asked: the shared address's name, or the farm's; `farm` says which.
        client: who asked; `site` where it is.
        names: how many different ones, each `ROUNDS` times: `questions`.
        answered: by anybody; `elsewhere` of these came from another address.
        replies_from_own: whether the members are known for that.
        members: those that were asked, with how often; `sites` where they are;
            `near_sites` where they should be.
        instances: members at those sites; `p_equal` of the spread over them.
        pairs: of member and name that were asked; `fetched` by the members from the
            authority.
        sources: hosts that asked the authority.
        datacenters: to which the answers lead; `possible` of them by where members are.
    """

    asked: str
    farm: bool
    client: str
    site: str
    names: int
    questions: int
    answered: int
    elsewhere: int
    replies_from_own: bool
    members: str
    sites: str
    near_sites: str
    instances: int
    p_equal: float
    pairs: int
    fetched: int
    sources: int
    datacenters: str
    possible: int


def shared_rows(lab: "Lab", trial: Trial) -> Iterator[SharedRow]:
    """Ask every shared address from every site, and every farm; a row for each."""
    watched = [
        it for it in lab.plan.hosts if it.role in (Role.RESOLVER, Role.NAMESERVER)
    ]
    some = [*_shared(lab.plan), *_farms(lab.plan)]
    with trial.capture("resolvers", watched) as capture:
        replies = asyncio.run(_ask_all(lab, some))
    seen = list(sightings(capture.frames))
    for it, own in zip(some, replies, strict=True):
        yield _row(lab.plan, it, own, seen)


def _shared(plan: Plan) -> Iterator[Asked]:
    """Every shared address from one client of each site, each with names of its own."""
    clients = {it.site: it for it in reversed(plan.hosts) if it.role is Role.CLIENT}
    for name, anycast in plan.resolvers.items():
        names = [
            one
            for member in anycast.members
            for one in probe_names(plan.world, member).placed
        ]
        for k, client in enumerate(clients.values()):
            own = tuple(names[k :: len(clients)])
            yield Asked(name, anycast, anycast.members, client, own)


def _farms(plan: Plan) -> Iterator[Asked]:
    for it in plan.world.resolvers:
        if len(it.forward_to) > 1 and not it.anycast:
            client = next(
                host
                for host in plan.hosts
                if host.role is Role.CLIENT and host.site == it.site
            )
            members = [way.links[1].name for way in chains(plan.world, it.name)]
            yield Asked(
                name=it.name,
                address=plan.host(it.name),
                members=tuple(members),
                client=client,
                names=probe_names(plan.world, it.name).placed,
                front=it.name,
            )


async def _ask_all(lab: "Lab", some: Sequence[Asked]) -> list[list[Reply | None]]:
    return await asyncio.gather(*(_ask(lab, it) for it in some))


async def _ask(lab: "Lab", asked: Asked) -> list[Reply | None]:
    """One question after the other, each from a port of its own."""
    client, server = asked.client.name, asked.address.address4
    return [
        await exchange(lab, Question(client, server, name), TIMEOUT_S)
        for _ in range(ROUNDS)
        for name in asked.names
    ]


def _row(
    plan: Plan, asked: Asked, replies: Sequence[Reply | None], seen: Sequence[Sighting]
) -> SharedRow:
    heard = [it for it in replies if it is not None]
    counts, pairs = _handed_on(plan, asked, seen)
    fetched = _fetched(plan, asked, seen)
    near = _near(plan, asked)
    vips: dict[Address, str] = {
        vip.address4: site for (_, site), vip in plan.vips.items()
    }
    told = {vips[a] for it in heard for a in it.addresses if a in vips}
    return SharedRow(
        asked=asked.name,
        farm=bool(asked.front),
        client=asked.client.name,
        site=asked.client.site,
        names=len(asked.names),
        questions=len(replies),
        answered=len(heard),
        elsewhere=sum(it.source != asked.address.address4 for it in heard),
        replies_from_own=any(it.replies_from_own for it in near),
        members=", ".join(f"{name} {counts[name]}" for name in sorted(counts)),
        sites=_joined(plan.host(name).site for name in counts),
        near_sites=_joined(it.site for it in near),
        instances=len(near),
        p_equal=round(equal_p([counts[it.name] for it in near]), 6),
        pairs=pairs,
        fetched=len(fetched),
        sources=len({source for source, _ in fetched}),
        datacenters=_joined(told),
        possible=len({dc for it in near for dc in nearest(plan.world, it.site)}),
    )


def _near(plan: Plan, asked: Asked) -> list[Resolver]:
    """The members that the client's questions should reach."""
    members = [it for it in plan.world.resolvers if it.name in asked.members]
    if asked.front:
        return members
    rtt_ms = shortest_paths(plan.world)
    least = min(rtt_ms[asked.client.site, it.site] for it in members)
    return [it for it in members if rtt_ms[asked.client.site, it.site] <= least]


def _handed_on(
    plan: Plan, asked: Asked, seen: Iterable[Sighting]
) -> tuple[Counter[str], int]:
    """How often each member was asked, and how many pairs of member and name."""
    asker = plan.host(asked.front) if asked.front else asked.client
    counts: Counter[str] = Counter()
    pairs = set()
    own = [it for it in seen if it.flow.source == asker.address4]
    for member in asked.members:
        queries = authority_queries(it for it in own if it.frame.port == member)
        mine = [it for it in queries if it.name in asked.names]
        if mine:
            counts[member] = len(mine)
        pairs |= {(member, it.name) for it in mine}
    return counts, len(pairs)


def _fetched(
    plan: Plan, asked: Asked, seen: Iterable[Sighting]
) -> list[tuple[str, str]]:
    """Which member asked the authority for which name, once for each time."""
    at_authority = [it for it in seen if it.frame.port in plan.nameserver.members]
    found = []
    for member in asked.members:
        source = plan.host(member).address4
        own = (it for it in at_authority if it.flow.source == source)
        for name, times in times_by_name(authority_queries(own)).items():
            if name in asked.names:
                found += [(member, name)] * len(times)
    return found


def _joined(words: Iterable[str]) -> str:
    return " ".join(sorted(set(words)))

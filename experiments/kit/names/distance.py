"""Where users are sent, by their resolver's place and by their own: one row each.

What the authority says with and without client subnets it is asked from the resolver's
own host, so that both answers are of the same map, place and time.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from balancer.model import Address
from topo.world.delay import shortest_paths
from topo.world.plan import Host, Plan, Role
from topo.world.probe_names import probe_names
from topo.world.records import ClientNetwork

from ..clients.dns_client import Ask, ask_all
from ..clients.dns_exchange import Question, Reply, exchange
from ..packets.sighting import sightings
from ..trial import Trial
from .authority import authority_queries, times_by_name
from .caches import STEERED_GAP_S, clients_for
from .steering import chains, instances

if TYPE_CHECKING:
    from topo.lab.lab import Lab

OCTETS_MAX = 1232


@dataclass(frozen=True, slots=True)
class DistanceRow:
    """The clients of one network; datacenters by site, times in ms.

    Args:
        network: its name; `site` where it is.
        resolver: that it asks, the first of the chain; `recursive` the last one, at
            `resolver_site`; `away_ms` is the round trip to that from the clients.
        ways: how many chains a query may take.
        subnet_sent: whether the authority learns the client's subnet.
        best: datacenter nearest to the clients; `best_ms` the way there.
        unaided: what the authority answers without a subnet; `unaided_ms` the way.
        aided: what it answers with the clients' subnet; `aided_ms` the way.
        near_resolver: the datacenter that is nearest to the recursive resolver.
        sent: what the clients are told by their resolver; `sent_ms` the way.
        subnets: client networks that asked `recursive` for one name; `answers` is how
            many different datacenters are best for them.
        queries: that the authority got for them; 0 where it was not tried.
    """

    network: str
    site: str
    resolver: str
    recursive: str
    resolver_site: str
    away_ms: float
    ways: int
    subnet_sent: bool
    best: str
    best_ms: float
    unaided: str
    unaided_ms: float
    aided: str
    aided_ms: float
    near_resolver: str
    sent: str
    sent_ms: float
    subnets: int
    answers: int
    queries: int


def distance_rows(lab: "Lab", trial: Trial) -> Iterator[DistanceRow]:
    """Ask for every network; then count what a shared name costs the authority."""
    watched = [host for host in lab.plan.hosts if host.role is Role.NAMESERVER]
    with trial.capture("authority", watched) as capture:
        replies = asyncio.run(_ask_all(lab))
    queries = times_by_name(authority_queries(sightings(capture.frames)))
    counts = {name: len(times) for name, times in queries.items()}
    yield from (_row(lab.plan, it, replies[it.name], counts) for it in _networks(lab))


@dataclass(frozen=True, slots=True)
class Replies:
    """What was answered for one network; None: nothing."""

    unaided: Reply | None
    aided: Reply | None
    sent: Reply | None


def _networks(lab: "Lab") -> list[ClientNetwork]:
    """The networks that hear from their resolver at all."""
    return [
        it
        for it in lab.world.client_networks
        if not any(one.replies_from_own for one in instances(lab.world, it))
    ]


def _recursive(plan: Plan, network: ClientNetwork) -> Host:
    """The host that asks the authority when the network's clients ask."""
    first = instances(plan.world, network)[0]
    return plan.host(next(chains(plan.world, first.name)).links[-1].name)


async def _ask_all(lab: "Lab") -> dict[str, Replies]:
    networks = _networks(lab)
    some = await asyncio.gather(*(_ask(lab, it) for it in networks))
    resolvers = dict.fromkeys(_recursive(lab.plan, it).name for it in networks)
    await ask_all(lab, [ask for it in resolvers for ask in _shared(lab.plan, it)])
    return {it.name: replies for it, replies in zip(networks, some, strict=True)}


async def _ask(lab: "Lab", network: ClientNetwork) -> Replies:
    plan, name = lab.plan, f"{lab.world.services[0].name}.{lab.world.domain}"
    client, asker = plan.clients_of(network.name)[0], _recursive(plan, network)
    authority, size = plan.nameserver.address4, OCTETS_MAX
    subnet = client.subnet.network4
    plain = Question(asker.name, authority, name, payload_size=size)
    aided = Question(asker.name, authority, name, payload_size=size, subnet=subnet)
    asked = plan.asked_by(network.name).address4
    return Replies(
        unaided=await exchange(lab, plain),
        aided=await exchange(lab, aided),
        sent=await exchange(lab, Question(client.name, asked, name)),
    )


def _shared(plan: Plan, resolver: str) -> Iterator[Ask]:
    """Clients of several networks ask a resolver for one name, one by one."""
    name = probe_names(plan.world, resolver).priced
    server = plan.host(resolver).address4
    for k, client in enumerate(clients_for(plan, resolver)):
        yield Ask(k * STEERED_GAP_S, client.name, server, name)


def _row(
    plan: Plan, network: ClientNetwork, replies: Replies, queries: dict[str, int]
) -> DistanceRow:
    world, rtt_ms = plan.world, shortest_paths(plan.world)
    recursive = _recursive(plan, network)
    ways = [way for it in instances(world, network) for way in chains(world, it.name)]
    sites = [it.site for it in world.datacenters]

    def nearest(site: str) -> str:
        return min(sites, key=lambda it: rtt_ms[site, it])

    def way_ms(datacenter: str) -> float:
        return rtt_ms.get((network.site, datacenter), -1.0)

    best, sharing = nearest(network.site), clients_for(plan, recursive.name)
    unaided, aided, sent = (
        _datacenter(plan, it) for it in (replies.unaided, replies.aided, replies.sent)
    )
    return DistanceRow(
        network=network.name,
        site=network.site,
        resolver=network.resolver,
        recursive=recursive.name,
        resolver_site=recursive.site,
        away_ms=rtt_ms[network.site, recursive.site],
        ways=len({way.links[-1].site for way in ways}),
        subnet_sent=ways[0].sends_subnet,
        best=best,
        best_ms=way_ms(best),
        unaided=unaided,
        unaided_ms=way_ms(unaided),
        aided=aided,
        aided_ms=way_ms(aided),
        near_resolver=nearest(recursive.site),
        sent=sent,
        sent_ms=way_ms(sent),
        subnets=len(sharing),
        answers=len({nearest(it.site) for it in sharing}),
        queries=queries.get(probe_names(world, recursive.name).priced, 0),
    )


def _datacenter(plan: Plan, reply: Reply | None) -> str:
    """The site to which an answer leads, or ""."""
    found: Sequence[Address] = reply.addresses if reply else ()
    for (_, site), vip in plan.vips.items():
        if vip.address4 in found:
            return site
    return ""

"""Who would be asked now, had a cache not answered, and what it would say."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from balancer.model import Address
from balancer.nameserver.loading.load import check_content
from topo.lab.paths import role_folder
from topo.render.nameservers import nameserver_kind
from topo.render.resolvers.settings import ECS_BITS4, ECS_BITS6
from topo.world.delay import shortest_paths
from topo.world.plan import Host, Plan
from topo.world.records import NameserverKind

from ..names.steering import SENDS_SUBNET, Chain, chains
from .name_story import Hop
from .reasons import Reasons, reasons


@dataclass(frozen=True, slots=True)
class Unasked:
    """The authority behind a cache.

    Args:
        host: the nearest to the resolver; `site` and `product` are its own.
        asker: the resolver that would ask it, with the client subnet `subnet`, or "".
        reasons: what it would answer, and why; None for one that is not ours.
    """

    host: str
    site: str
    product: str
    asker: str
    subnet: str
    reasons: Reasons | None


def unasked(
    plan: Plan, question: tuple[str, str], hops: Sequence[Hop]
) -> list[Unasked]:
    """Return whom the last resolver's cache spared the question, if that is certain.

    Nobody when an authority was asked; nobody behind a farm, which might ask anyone.

    Args:
        question: name and type.
        hops: of the story, in order.
    """
    if not hops or not hops[-1].cached or hops[-1].renews:
        return []
    ways = list(chains(plan.world, hops[-1].exchange.host))
    if len(ways) > 1:
        return []
    resolver = plan.host(ways[0].links[-1].name)
    subnet = subnet_sent(plan, ways[0], hops[-1])
    server = _nearest_nameserver(plan, resolver)
    kind = nameserver_kind(plan, server.site)
    why = None
    if kind is NameserverKind.OURS:
        content = check_content(role_folder(server.name) / "dns.toml")
        why = reasons(content, question, (str(resolver.address4), subnet))
    asker = resolver.name
    return [Unasked(server.name, server.site, kind.value, asker, subnet, why)]


def subnet_sent(plan: Plan, way: Chain, hop: Hop) -> str:
    """Return the client subnet that the last resolver of a way would send, or ""."""
    last = way.links[-1]
    if not last.ecs or last.kind not in SENDS_SUBNET:
        return ""
    if way.sends_subnet:
        return hop.exchange.subnet or _subnet(hop.exchange.asker)
    # What it sends is where its own client is: the forwarder.
    return _subnet(plan.host(way.links[-2].name).address4)


def _subnet(address: Address) -> str:
    bits = ECS_BITS4 if address.version == 4 else ECS_BITS6
    return str(ip_network(f"{address}/{bits}", strict=False))


def _nearest_nameserver(plan: Plan, resolver: Host) -> Host:
    servers = [plan.host(name) for name in plan.nameserver.members]
    rtt_ms = shortest_paths(plan.world)
    return min(servers, key=lambda it: rtt_ms[resolver.site, it.site])

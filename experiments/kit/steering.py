"""Where DNS should send whom, from the world alone: nothing is asked here."""

from dataclasses import dataclass

from topo.world.delay import shortest_paths
from topo.world.records import ClientNetwork, Resolver, ResolverKind, World

# The kinds that keep a cache per client subnet and send it; the others never do.
SENDS_SUBNET = frozenset({ResolverKind.UNBOUND, ResolverKind.PDNS_RECURSOR})
# The kinds that use the subnet which a forwarder in front of them passes on.
HEEDS_SUBNET = frozenset({ResolverKind.UNBOUND})
# The least TTL that a product's defaults leave; the others take what they get.
LEAST_TTL_S = {ResolverKind.KNOT_RESOLVER: 5, ResolverKind.PDNS_RECURSOR: 1}


@dataclass(frozen=True, slots=True)
class Chain:
    """A resolver and, behind a forwarder, those it asks; the last one recurses."""

    links: tuple[Resolver, ...]

    @property
    def sends_subnet(self) -> bool:
        """Whether the authority learns the client's subnet."""
        first, last = self.links[0], self.links[-1]
        if not last.ecs or last.kind not in SENDS_SUBNET:
            return False
        if len(self.links) == 1:
            return True
        return all(it.ecs for it in self.links) and (
            first.kind is ResolverKind.DNSMASQ and last.kind in HEEDS_SUBNET
        )

    def ttl_s(self, asked_s: int) -> int:
        """Return the TTL for which a record that says `asked_s` is served."""
        ttl_s = asked_s
        for resolver in reversed(self.links):
            least_s = resolver.min_ttl_s
            if least_s is None:
                least_s = LEAST_TTL_S.get(resolver.kind, 0)
            ttl_s = max(ttl_s, least_s)
            if resolver.max_ttl_s is not None:
                ttl_s = min(ttl_s, resolver.max_ttl_s)
        return ttl_s


def chain(world: World, resolver: str) -> Chain:
    """Return the chain that starts at the resolver of that name."""
    by_name = {it.name: it for it in world.resolvers}
    links = [by_name[resolver]]
    while (ahead := links[-1].forward_to) is not None:
        links.append(by_name[ahead])
    return Chain(tuple(links))


def vantage(world: World, network: ClientNetwork) -> str:
    """Return the site that the authority sees when the network's clients ask.

    RFC 7871: with client subnets the client's own place; else the place of the last
    resolver of the chain that the authority is told of.
    """
    asked = chain(world, network.resolver)
    if asked.sends_subnet:
        return network.site
    last = asked.links[-1]
    if last.ecs and last.kind in SENDS_SUBNET and len(asked.links) > 1:
        # The recursive resolver sends its client's subnet, and that is a forwarder.
        return asked.links[-2].site
    return last.site


def nearest(world: World, site: str) -> frozenset[str]:
    """Return the datacenters that are nearest to `site`; several when they tie."""
    rtt_ms = shortest_paths(world)
    distance = {dc.site: rtt_ms[site, dc.site] for dc in world.datacenters}
    least = min(distance.values())
    return frozenset(dc for dc, ms in distance.items() if ms <= least)

"""Where DNS should send whom, from the world alone: nothing is asked here."""

from collections.abc import Iterator
from dataclasses import dataclass

from topo.world.delay import shortest_paths
from topo.world.products import PRODUCTS
from topo.world.records import (
    ClientNetwork,
    NameserverKind,
    Resolver,
    ResolverKind,
    World,
)

# The kinds that keep a cache per client subnet and send it; the others never do.
SENDS_SUBNET = frozenset({ResolverKind.UNBOUND, ResolverKind.PDNS_RECURSOR})
# The kinds that use the subnet which a forwarder in front of them passes on.
HEEDS_SUBNET = frozenset({ResolverKind.UNBOUND})
# The least TTL that a product's defaults leave; the others take what they get.
LEAST_TTL_S = {ResolverKind.KNOT_RESOLVER: 5, ResolverKind.PDNS_RECURSOR: 1}
# The authoritative servers that know nothing of client subnets.
BLIND_NAMESERVERS = frozenset({NameserverKind.BIND9})


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
            PRODUCTS[first.kind].forwards and last.kind in HEEDS_SUBNET
        )

    @property
    def seen_at(self) -> str:
        """The site at which the authority takes the client to be, if not its own."""
        last = self.links[-1]
        if last.ecs and last.kind in SENDS_SUBNET and len(self.links) > 1:
            # The recursive resolver sends its client's subnet: that of a forwarder.
            return self.links[-2].site
        return last.site

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
    """Return the chain that starts at the resolver of that name.

    A forwarder with several others behind it has several: this is the first.
    """
    return next(chains(world, resolver))


def chains(world: World, resolver: str) -> Iterator[Chain]:
    """Yield every chain that a query to the resolver of that name may take."""
    for first in world.resolvers_named(resolver):
        for ahead in first.forward_to:
            for rest in chains(world, ahead):
                yield Chain((first, *rest.links))
        if not first.forward_to:
            yield Chain((first,))


def instances(world: World, network: ClientNetwork) -> tuple[Resolver, ...]:
    """Return the resolvers that the network's queries may reach.

    That is one, or those at the nearest site that announces the address it asks.
    """
    some = world.resolvers_named(network.resolver)
    rtt_ms = shortest_paths(world)
    least = min(rtt_ms[network.site, it.site] for it in some)
    return tuple(it for it in some if rtt_ms[network.site, it.site] <= least)


def vantages(world: World, network: ClientNetwork) -> frozenset[str]:
    """Return the sites that the authority may see when the network's clients ask.

    RFC 7871: with client subnets the client's own place; else the place of the last
    resolver of the chain that the authority is told of.
    """
    ways = [way for it in instances(world, network) for way in chains(world, it.name)]
    return frozenset(_vantage(world, network, way) for way in ways)


def _vantage(world: World, network: ClientNetwork, way: Chain) -> str:
    if heeds_subnet(world, way.links[-1].site):
        return network.site if way.sends_subnet else way.seen_at
    return way.links[-1].site


def heeds_subnet(world: World, site: str) -> bool:
    """Whether the authoritative servers near `site` use client subnets."""
    near = nearest(world, site)
    kinds = {it.nameserver for it in world.datacenters if it.site in near}
    return not kinds & BLIND_NAMESERVERS


def wanted(world: World, network: ClientNetwork) -> frozenset[str]:
    """Return the datacenters to which the network's clients should be sent."""
    sites = vantages(world, network)
    return frozenset(it for site in sites for it in nearest(world, site))


def nearest(world: World, site: str) -> frozenset[str]:
    """Return the datacenters that are nearest to `site`; several when they tie."""
    rtt_ms = shortest_paths(world)
    distance = {dc.site: rtt_ms[site, dc.site] for dc in world.datacenters}
    least = min(distance.values())
    return frozenset(dc for dc, ms in distance.items() if ms <= least)

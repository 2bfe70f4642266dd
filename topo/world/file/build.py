"""Checked tables of a world file to a World, with every default filled in."""

from collections.abc import Iterator, Mapping

from ..delay import distance_rtt_ms
from ..instances import instance_names
from ..records import (
    Airport,
    ClientNetwork,
    Datacenter,
    Resolver,
    Service,
    Shape,
    Site,
    WanLink,
    World,
)
from .resolver_table import ResolverTable
from .schema import (
    DatacenterTable,
    DefaultsTable,
    DirectionTable,
    LinkTable,
    ServiceTable,
    SiteTable,
    WorldTable,
)

QUEUE_MS = 50.0
MTU = 1500


def build_world(table: WorldTable, airports: Mapping[str, Airport]) -> World:
    """The world of a table that has no mistakes left."""
    sites = {name: _site(name, it, airports[name]) for name, it in table.sites.items()}
    return World(
        name=table.name,
        description=table.description,
        domain=table.domain,
        sites=tuple(sites.values()),
        links=tuple(_link(it, table.defaults, sites) for it in table.links),
        client_networks=tuple(
            ClientNetwork(it.name, it.site, it.hosts, it.resolver)
            for it in table.clients
        ),
        resolvers=tuple(each for it in table.resolvers for each in _resolvers(it)),
        datacenters=tuple(_datacenter(it, table) for it in table.datacenters),
        services=tuple(_service(it) for it in table.services),
        nameserver_names=table.nameserver_names,
    )


def _site(name: str, table: SiteTable, airport: Airport) -> Site:
    latitude, longitude = table.latitude, table.longitude
    return Site(
        name=name,
        city=airport.city,
        country=airport.country,
        region=table.region,
        latitude=airport.latitude if latitude is None else latitude,
        longitude=airport.longitude if longitude is None else longitude,
    )


def _link(
    table: LinkTable, defaults: DefaultsTable, sites: Mapping[str, Site]
) -> WanLink:
    a, b = table.between
    there_ms, back_ms = _delays(table, sites[a], sites[b])
    return WanLink(
        a=a,
        b=b,
        forward=_shape(there_ms, (table.forward, table, defaults)),
        backward=_shape(back_ms, (table.backward, table, defaults)),
        mtu=table.mtu or defaults.mtu or MTU,
    )


def _delays(table: LinkTable, a: Site, b: Site) -> tuple[float, float]:
    """One-way delays: as said, else the rest of the RTT, else half of it."""
    there, back = table.forward.delay, table.backward.delay
    if there is not None and back is not None:
        return there, back
    if table.rtt is None:
        half = round(distance_rtt_ms(a, b) / 2, 3)
        return half if there is None else there, half if back is None else back
    if there is not None:
        return there, table.rtt - there
    if back is not None:
        return table.rtt - back, back
    return table.rtt / 2, table.rtt / 2


def _shape(
    delay_ms: float, tables: tuple[DirectionTable, LinkTable, DefaultsTable]
) -> Shape:
    """The first table that says a value wins."""

    def first(key: str) -> float | None:
        said = (getattr(table, key) for table in tables)
        return next((value for value in said if value is not None), None)

    queue_ms = first("queue")
    return Shape(
        delay_ms=delay_ms,
        jitter_ms=first("jitter") or 0.0,
        loss=first("loss") or 0.0,
        rate_mbit=first("rate"),
        queue_ms=QUEUE_MS if queue_ms is None else queue_ms,
    )


def _datacenter(table: DatacenterTable, world: WorldTable) -> Datacenter:
    return Datacenter(
        site=table.site,
        balancers=table.balancers,
        backends=table.backends,
        capacity_rps=table.capacity,
        nameserver=table.nameserver or world.nameserver,
        balancer=table.balancer or world.balancer,
        shared_lan=table.shared_lan,
        nameserver_xdp=table.nameserver_xdp,
        weights=tuple(table.weights),
    )


def _service(table: ServiceTable) -> Service:
    said = table.model_dump(exclude={"ttl", "selection_options"})
    options = tuple(sorted(table.selection_options.items()))
    return Service(ttl_s=table.ttl, selection_options=options, **said)


def _resolvers(table: ResolverTable) -> Iterator[Resolver]:
    """The resolver of a table, or all those that share the address of its name."""
    if table.site is not None:
        yield _resolver(table, table.name, table.site, table.anycast or "")
    for site in table.sites:
        for name in instance_names(table.name, [site], table.instances):
            yield _resolver(table, name, site, table.name)


def _resolver(table: ResolverTable, name: str, site: str, anycast: str) -> Resolver:
    return Resolver(
        name=name,
        site=site,
        kind=table.kind,
        ecs=table.ecs,
        forward_to=tuple(table.forward_to),
        min_ttl_s=table.min_ttl,
        max_ttl_s=table.max_ttl,
        prefetch=table.prefetch,
        stale_s=table.serve_stale,
        order=table.order,
        choice=table.choice,
        anycast=anycast,
        replies_from_own=table.replies_from_own,
    )

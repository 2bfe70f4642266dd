"""What the zone's servers answer, whichever product serves it: records and services."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from balancer.model import Network
from topo.world.delay import shortest_paths
from topo.world.plan import Anycast, Host, Plan, Role
from topo.world.probe_names import (
    APART,
    CACHED_TTL_S,
    DRAINED_TTL_S,
    MANY_TTL_S,
    SHORT_TTL_S,
    SIZED_TTL_S,
    STEERED_TTL_S,
    USER_TTL_S,
    probe_names,
    sized_names,
)
from topo.world.records import NameserverNames

Addressed = Host | Anycast

HOME_RTT_MS = 0.5  # inside a site; no path is free, and a tie would be none
STABLE_TTL_S = 3600  # of what never changes: delegations and the servers' addresses
# Short, so that a name that appears in an experiment is not hidden for long.
NEGATIVE_TTL_S = 5
# What the unsteered probe names answer: nobody connects there (RFC 5737).
PROBE_ADDRESS = "192.0.2.1"
# The first addresses of the blocks for benchmarks (RFC 2544, RFC 5180).
SIZED_FIRST = {"A": IPv4Address("198.18.0.1"), "AAAA": IPv6Address("2001:2::1")}


@dataclass(frozen=True, slots=True)
class Record:
    """One record; names are absolute, without the last dot."""

    name: str
    type: str
    value: str
    ttl_s: int = STABLE_TTL_S


@dataclass(frozen=True, slots=True)
class Candidate:
    """A datacenter's addresses of a service."""

    site: str
    address4: IPv4Address
    address6: IPv6Address

    @property
    def addresses(self) -> tuple[str, str]:
        """Both as text."""
        return str(self.address4), str(self.address6)


@dataclass(frozen=True, slots=True)
class Service:
    """A name whose answer a policy chooses among candidates."""

    name: str
    ttl_s: int
    policy: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """A zone: `primary` is its server's name, `contact` the SOA's mailbox."""

    zone: str
    primary: str
    contact: str
    records: tuple[Record, ...]
    services: tuple[Service, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A site's networks, and the round-trip time to each datacenter from there."""

    site: str
    prefixes: tuple[Network, ...]
    rtt_ms: dict[str, float]

    @property
    def nearest_first(self) -> list[str]:
        """The datacenters, those of the same distance in the order of the file."""
        return sorted(self.rtt_ms, key=self.rtt_ms.__getitem__)


def nameserver_name(plan: Plan) -> str:
    """The one name of all the zone's servers."""
    return f"ns.{plan.world.domain}"


def contact(plan: Plan) -> str:
    """The mailbox of whoever is to be told of trouble, as SOA records have it."""
    return f"hostmaster.{plan.world.domain}"


def zone_contents(plan: Plan) -> Contents:
    """Everything that is in the world's zone."""
    return Contents(
        zone=plan.world.domain,
        primary=nameserver_name(plan),
        contact=contact(plan),
        records=(*_nameserver_records(plan), *_probe_records(plan)),
        services=(*_services(plan), *_probe_services(plan)),
    )


def nameservers(plan: Plan) -> dict[str, Addressed]:
    """Whose addresses the zone's NS records lead to, by their names."""
    match plan.world.nameserver_names:
        case NameserverNames.SHARED:
            return _shared(plan)
        case NameserverNames.OWN:
            return _own(plan)
        case NameserverNames.BOTH:
            return _shared(plan) | _own(plan)


def _shared(plan: Plan) -> dict[str, Addressed]:
    return {nameserver_name(plan): plan.nameserver}


def _own(plan: Plan) -> dict[str, Addressed]:
    names = plan.nameserver.members
    return {f"{name}.{plan.world.domain}": plan.host(name) for name in names}


def _nameserver_records(plan: Plan) -> Iterator[Record]:
    """Every server has a name of its own, for whoever means this one and no other."""
    for name in nameservers(plan):
        yield Record(plan.world.domain, "NS", name)
    for name, it in (_shared(plan) | _own(plan)).items():
        yield from address_records(name, it)


def address_records(name: str, it: Addressed) -> tuple[Record, ...]:
    """The records of a name that has these addresses."""
    return Record(name, "A", str(it.address4)), Record(name, "AAAA", str(it.address6))


def places(plan: Plan) -> tuple[Place, ...]:
    """Where networks are, and how far every site is from every datacenter."""
    rtt_ms = shortest_paths(plan.world)
    return tuple(
        Place(
            site=site.name,
            prefixes=tuple(_prefixes(plan, site.name)),
            rtt_ms={
                it.site: round(rtt_ms[site.name, it.site], 3) or HOME_RTT_MS
                for it in plan.world.datacenters
            },
        )
        for site in plan.world.sites
    )


def _services(plan: Plan) -> Iterator[Service]:
    for it in plan.world.services:
        name = f"{it.name}.{plan.world.domain}"
        yield Service(name, it.ttl_s, it.policy, _candidates(plan, it.name))


def _probe_services(plan: Plan) -> Iterator[Service]:
    """Names of every resolver that lead to the VIPs of the first service."""
    for service in plan.world.services[:1]:
        vips = _candidates(plan, service.name)
        for resolver in plan.world.resolvers:
            names = probe_names(plan.world, resolver.name)
            for name in (names.steered, names.priced, *names.placed):
                yield Service(name, STEERED_TTL_S, "nearest", vips)
            for name in names.drained:
                yield Service(name, DRAINED_TTL_S, "failover", vips)
            for name in names.users:
                yield Service(name, USER_TTL_S, "weighted", vips)
            yield Service(names.many, MANY_TTL_S, "static", vips)


def _probe_records(plan: Plan) -> Iterator[Record]:
    for resolver in plan.world.resolvers:
        names = probe_names(plan.world, resolver.name)
        for name in names.cached:
            yield Record(name, "A", PROBE_ADDRESS, CACHED_TTL_S)
        yield Record(names.short, "A", PROBE_ADDRESS, SHORT_TTL_S)
        for type_, values in APART.items():
            for value in values:
                yield Record(names.apart, type_, value, MANY_TTL_S)
    for sized in sized_names(plan.world.domain):
        first = SIZED_FIRST[sized.type]
        for number in range(sized.count):
            yield Record(sized.name, sized.type, str(first + number), SIZED_TTL_S)


def _candidates(plan: Plan, service: str) -> tuple[Candidate, ...]:
    vips = ((it.site, plan.vip(service, it.site)) for it in plan.world.datacenters)
    return tuple(Candidate(site, vip.address4, vip.address6) for site, vip in vips)


def _prefixes(plan: Plan, site: str) -> Iterator[Network]:
    """The site's own prefixes, and each subnet that asks for names.

    The subnets say nothing new about the place. Servers whose ECS scope is the map's
    entry (PowerDNS, Knot) answer for one client network with them; ours and gdnsd join
    neighbours that get the same answer into one wider scope.
    """
    router = plan.router(site)
    yield from (router.network4, router.network6)
    for subnet in dict.fromkeys(
        host.subnet
        for role in (Role.RESOLVER, Role.CLIENT)
        for host in plan.hosts_at(site, role)
    ):
        yield from (subnet.network4, subnet.network6)

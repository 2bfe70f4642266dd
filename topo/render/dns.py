"""The authoritative servers' files: the zone with its services, and the root."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from topo.world.delay import shortest_paths
from topo.world.plan import Anycast, Host, Plan, Role
from topo.world.probe_names import (
    CACHED_TTL_S,
    MANY_TTL_S,
    SHORT_TTL_S,
    SIZED_TTL_S,
    STEERED_TTL_S,
    probe_names,
    sized_names,
)

from .toml import Table, to_toml

HOME_RTT_MS = 0.5  # inside a site; no path is free, and a tie would be none
ROOT_NAME = "a.root-servers.net"
STABLE_TTL = "1 h"  # of what never changes: delegations and the servers' addresses
# Short, so that a name that appears in an experiment is not hidden for long.
NEGATIVE_TTL = "5 s"
# What the unsteered probe names answer: nobody connects there (RFC 5737).
PROBE_ADDRESS = "192.0.2.1"
# The first addresses of the blocks for benchmarks (RFC 2544, RFC 5180).
SIZED_FIRST = {"A": IPv4Address("198.18.0.1"), "AAAA": IPv6Address("2001:2::1")}


def nameserver_name(plan: Plan) -> str:
    """The one name of all the zone's servers."""
    return f"ns.{plan.world.domain}"


def dns_config(plan: Plan, site: str) -> str:
    """dns.toml of the zone's server at `site`."""
    [host] = plan.hosts_at(site, Role.NAMESERVER)
    domain, primary = plan.world.domain, nameserver_name(plan)
    servers = _server_records(domain, primary, plan.nameserver)
    zone: Table = {
        **_authority(domain, primary, plan),
        "record": [*servers, *_probe_records(plan)],
        "service": [*_services(plan), *_probe_services(plan)],
    }
    return to_toml(
        {"server": _server(host, plan.nameserver), "zone": [zone], "map": _map(plan)}
    )


def root_config(plan: Plan, site: str) -> str:
    """dns.toml of the private root's server at `site`."""
    [host] = plan.hosts_at(site, Role.ROOT)
    zone: Table = {
        **_authority(".", ROOT_NAME, plan),
        "record": _server_records(".", ROOT_NAME, plan.root),
        "delegation": [
            {
                "name": plan.world.domain,
                "nameservers": {nameserver_name(plan): _both(plan.nameserver)},
            }
        ],
    }
    return to_toml({"server": _server(host, plan.root), "zone": [zone]})


def root_hints(plan: Plan) -> str:
    """The hints file that makes a recursive resolver use the private root.

    IPv4 only, as all resolvers ask over IPv4 only: one family keeps what the
    authoritative servers count comparable between products.
    """
    return (
        f".  3600000  IN  NS  {ROOT_NAME}.\n"
        f"{ROOT_NAME}.  3600000  IN  A  {plan.root.address4}\n"
    )


def _both(addressed: Host | Anycast) -> list[str]:
    return [str(addressed.address4), str(addressed.address6)]


def _server(host: Host, anycast: Anycast) -> Table:
    return {"site": host.site, "listen": [*_both(anycast), *_both(host)], "port": 53}


def _authority(zone: str, primary: str, plan: Plan) -> Table:
    return {
        "name": zone,
        "primary": primary,
        "contact": f"hostmaster.{plan.world.domain}",
        "serial": 1,
        "ttl": STABLE_TTL,
        "negative_ttl": NEGATIVE_TTL,
    }


def _server_records(zone: str, name: str, anycast: Anycast) -> list[Table]:
    return [
        {"name": zone, "type": "NS", "value": name},
        {"name": name, "type": "A", "value": str(anycast.address4)},
        {"name": name, "type": "AAAA", "value": str(anycast.address6)},
    ]


def _services(plan: Plan) -> Iterator[Table]:
    for it in plan.world.services:
        name = f"{it.name}.{plan.world.domain}"
        yield _service(plan, name, it.ttl_s, it.policy, it.name)


def _probe_services(plan: Plan) -> Iterator[Table]:
    """Names of every resolver that lead to the VIPs of the first service."""
    for service in plan.world.services[:1]:
        for resolver in plan.world.resolvers:
            names, vips = probe_names(plan.world, resolver.name), service.name
            yield _service(plan, names.steered, STEERED_TTL_S, "nearest", vips)
            yield _service(plan, names.many, MANY_TTL_S, "static", vips)


def _probe_records(plan: Plan) -> Iterator[Table]:
    for resolver in plan.world.resolvers:
        names = probe_names(plan.world, resolver.name)
        for name in names.cached:
            yield _probe_record(name, CACHED_TTL_S)
        yield _probe_record(names.short, SHORT_TTL_S)
    for sized in sized_names(plan.world.domain):
        first = SIZED_FIRST[sized.type]
        for number in range(sized.count):
            value = str(first + number)
            yield _probe_record(sized.name, SIZED_TTL_S, sized.type, value)


def _probe_record(
    name: str, ttl_s: int, type_: str = "A", value: str = PROBE_ADDRESS
) -> Table:
    return {"name": name, "type": type_, "value": value, "ttl": f"{ttl_s} s"}


def _service(plan: Plan, name: str, ttl_s: int, policy: str, service: str) -> Table:
    """The answers to `name`: the VIPs of `service`, chosen among by `policy`."""
    return {
        "name": name,
        "ttl": f"{ttl_s} s",
        "policy": policy,
        "site": [
            {"name": it.site, "addresses": _both(plan.vip(service, it.site))}
            for it in plan.world.datacenters
        ],
    }


def _map(plan: Plan) -> Table:
    """Where networks are, and how far every site is from every datacenter."""
    rtt_ms = shortest_paths(plan.world)
    sites = [site.name for site in plan.world.sites]
    return {
        "network": [
            {"prefix": str(prefix), "location": site}
            for site in sites
            for prefix in _prefixes(plan, site)
        ],
        "rtt_ms": {
            site: {
                it.site: round(rtt_ms[site, it.site], 3) or HOME_RTT_MS
                for it in plan.world.datacenters
            }
            for site in sites
        },
    }


def _prefixes(plan: Plan, site: str) -> list[IPv4Network | IPv6Network]:
    """The site's own prefixes, and each subnet that asks for names.

    The subnets say nothing new about the place, but their length becomes the
    answer's ECS scope: no resolver caches for wider than one client network.
    """
    router = plan.router(site)
    subnets = dict.fromkeys(
        host.subnet
        for role in (Role.RESOLVER, Role.CLIENT)
        for host in plan.hosts_at(site, role)
    )
    return [
        router.network4,
        router.network6,
        *(prefix for it in subnets for prefix in (it.network4, it.network6)),
    ]

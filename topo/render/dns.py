"""Our authoritative servers' files: the zone with its services, and the root."""

from topo.world.hosts import INTERFACE
from topo.world.plan import Anycast, Host, Plan, Role

from .contents import (
    NEGATIVE_TTL_S,
    STABLE_TTL_S,
    Addressed,
    Record,
    Service,
    address_records,
    contact,
    nameservers,
    places,
    zone_contents,
)
from .toml import Table, to_toml

ROOT_NAME = "a.root-servers.net"
METRICS = "127.0.0.1:9153"  # of each host for itself
SAMPLES_PER_SECOND = 100  # of which 20 are the checks of who announces it


def dns_config(plan: Plan, site: str, steering: str = "") -> str:
    """dns.toml of the zone's server at `site`.

    `steering` is the path at which it looks for a steering map, or "".
    """
    [host] = plan.hosts_at(site, Role.NAMESERVER)
    contents = zone_contents(plan)
    zone: Table = {
        **_authority(contents.zone, contents.primary, plan),
        "record": [_record(it) for it in contents.records],
        "service": [_service(it) for it in contents.services],
    }
    server = {**_server(host, plan.nameserver)}
    if plan.world.datacenter(site).nameserver_xdp:
        server |= {"xdp": "auto", "interface": INTERFACE}
    if steering:
        server["steering"] = steering
    server["samples_per_second"] = SAMPLES_PER_SECOND
    return to_toml(
        {
            "server": server,
            "metrics": {"listen": METRICS},
            "zone": [zone],
            "map": _map(plan),
        }
    )


def root_config(plan: Plan, site: str) -> str:
    """dns.toml of the private root's server at `site`."""
    [host] = plan.hosts_at(site, Role.ROOT)
    records = (Record(".", "NS", ROOT_NAME), *address_records(ROOT_NAME, plan.root))
    zone: Table = {
        **_authority(".", ROOT_NAME, plan),
        "record": [_record(it) for it in records],
        "delegation": [
            {
                "name": plan.world.domain,
                "nameservers": {k: _both(it) for k, it in nameservers(plan).items()},
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


def _both(addressed: Addressed) -> list[str]:
    return [str(addressed.address4), str(addressed.address6)]


def _server(host: Host, anycast: Anycast) -> Table:
    return {"site": host.site, "listen": [*_both(anycast), *_both(host)], "port": 53}


def _authority(zone: str, primary: str, plan: Plan) -> Table:
    return {
        "name": zone,
        "primary": primary,
        "contact": contact(plan),
        "serial": 1,
        "ttl": f"{STABLE_TTL_S} s",
        "negative_ttl": f"{NEGATIVE_TTL_S} s",
    }


def _record(it: Record) -> Table:
    return {"name": it.name, "type": it.type, "value": it.value, "ttl": f"{it.ttl_s} s"}


def _service(it: Service) -> Table:
    return {
        "name": it.name,
        "ttl": f"{it.ttl_s} s",
        "policy": it.policy,
        "site": [
            {"name": one.site, "addresses": list(one.addresses)}
            for one in it.candidates
        ],
    }


def _map(plan: Plan) -> Table:
    found = places(plan)
    return {
        "network": [
            {"prefix": str(prefix), "location": it.site}
            for it in found
            for prefix in it.prefixes
        ],
        "rtt_ms": {it.site: it.rtt_ms for it in found},
    }

"""Others' authoritative servers in place of ours, on the same zone and the same map.

Each runs in the foreground, on the addresses that ours would have, with its files in
one directory. What a product cannot do is said in its own module.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from topo.world.file.nameserver_check import FOREIGN_POLICIES
from topo.world.plan import Plan, Role
from topo.world.records import NameserverKind

from ..contents import Contents, places, zone_contents
from . import bind9, gdnsd, knot, pdns_geoip
from .foreign import Foreign

_RENDER: Mapping[NameserverKind, Callable[[Foreign], dict[str, str]]] = {
    NameserverKind.GDNSD: gdnsd.files,
    NameserverKind.PDNS_GEOIP: pdns_geoip.files,
    NameserverKind.KNOT: knot.files,
    NameserverKind.BIND9: bind9.files,
}
_ARGV: Mapping[NameserverKind, Callable[[Foreign], list[str]]] = {
    NameserverKind.GDNSD: gdnsd.argv,
    NameserverKind.PDNS_GEOIP: pdns_geoip.argv,
    NameserverKind.KNOT: knot.argv,
    NameserverKind.BIND9: bind9.argv,
}


def nameserver_kind(plan: Plan, site: str) -> NameserverKind:
    """The product that serves the zone at `site`."""
    return plan.world.datacenter(site).nameserver


def nameserver_files(
    plan: Plan, site: str, directory: str
) -> tuple[dict[str, str], list[str]]:
    """The files of the foreign server at `site`, under `directory`, and its argv."""
    [host] = plan.hosts_at(site, Role.NAMESERVER)
    kind = nameserver_kind(plan, site)
    foreign = Foreign(
        site=site,
        listen=tuple(
            str(address)
            for it in (plan.nameserver, host)
            for address in (it.address4, it.address6)
        ),
        contents=_possible(zone_contents(plan)),
        places=places(plan),
        directory=directory,
    )
    return _RENDER[kind](foreign), _ARGV[kind](foreign)


def _possible(contents: Contents) -> Contents:
    """The zone without the names for measuring that only our server can answer."""
    services = tuple(it for it in contents.services if it.policy in FOREIGN_POLICIES)
    return replace(contents, services=services)

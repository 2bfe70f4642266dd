"""Knot DNS 3.2 and newer with its geoip module, by subnet.

The module has one TTL for all its names, so that there is one of it for each TTL. The
ECS scope is the length of the net.
"""

from collections.abc import Iterable, Iterator

from ..contents import Service
from .foreign import Foreign, address_lines, zone_file

_CONFIG = """\
server:
    rundir: "{it.directory}"
    listen: [ {listen} ]
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    edns-client-subnet: on
log:
  - target: stderr
    any: notice
database:
    storage: "{it.directory}"
mod-geoip:
{modules}
zone:
  - domain: {it.contents.zone}
    storage: "{it.directory}"
    file: zone
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
    semantic-checks: off
    module: [ {used} ]
"""
_MODULE = """\
  - id: ttl{ttl_s}
    config-file: "{directory}/geo{ttl_s}.yml"
    mode: subnet
    ttl: {ttl_s}"""


def files(it: Foreign) -> dict[str, str]:
    """The configuration, the zone, and the nets of the services of each TTL."""
    by_ttl: dict[int, list[Service]] = {}
    for service in it.contents.services:
        if service.policy == "nearest":
            by_ttl.setdefault(service.ttl_s, []).append(service)
    config = _CONFIG.format(
        it=it,
        listen=", ".join(f'"{address}@53"' for address in it.listen),
        modules="\n".join(
            _MODULE.format(ttl_s=ttl_s, directory=it.directory) for ttl_s in by_ttl
        ),
        used=", ".join(f"mod-geoip/ttl{ttl_s}" for ttl_s in by_ttl),
    )
    return {
        "knot.conf": config,
        "zone": zone_file(it.contents, lambda service: _lines(it, service)),
        **{f"geo{ttl_s}.yml": _nets(it, some) for ttl_s, some in by_ttl.items()},
    }


def argv(it: Foreign) -> list[str]:
    """The knotd program in the foreground."""
    return ["knotd", "-c", f"{it.directory}/knot.conf"]


def _lines(it: Foreign, service: Service) -> Iterable[str]:
    """Who is in no net gets what the zone has: the site's own answer."""
    if service.policy == "static":
        return address_lines(service, service.candidates)
    return address_lines(service, [it.nearest(service, it.place(it.site))])


def _nets(it: Foreign, services: Iterable[Service]) -> str:
    return "\n".join(line for one in services for line in _service(it, one)) + "\n"


def _service(it: Foreign, service: Service) -> Iterator[str]:
    yield f"{service.name}:"
    for place in it.places:
        near = it.nearest(service, place)
        for prefix in place.prefixes:
            yield f"  - net: {prefix}"
            yield f"    A: {near.address4}"
            yield f"    AAAA: {near.address6}"

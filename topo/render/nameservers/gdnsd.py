"""gdnsd 3.8 and newer with its geoip plugin, which needs no database for a map of nets.

It joins nets with the same list of datacenters: its ECS scope is what has them near in
the same order.
"""

from collections.abc import Iterable

from ..contents import Candidate, Service
from .foreign import Foreign, address_lines, zone_file

_CONFIG = """\
options => {{
  listen => [ {listen} ]
  udp_threads => 1
  tcp_threads => 1
  run_dir => "{it.directory}/run"
  state_dir => "{it.directory}/state"
}}
plugins => {{ geoip => {{
  maps => {{ places => {{
    datacenters => [ {sites} ]
    nets => {{
{nets}
    }}
  }} }}
  resources => {{
{resources}
  }}
}} }}
"""


def files(it: Foreign) -> dict[str, str]:
    """The configuration, and the zone with a DYNA record for each steered service."""
    shared = dict.fromkeys(
        service.candidates
        for service in it.contents.services
        if service.policy == "nearest"
    )
    names = {candidates: f"set{number}" for number, candidates in enumerate(shared)}

    def lines(service: Service) -> Iterable[str]:
        if service.policy == "static":
            return address_lines(service, service.candidates)
        way = f"DYNA geoip!{names[service.candidates]}"
        return [f"{service.name}. {service.ttl_s} {way}"]

    config = _CONFIG.format(
        it=it,
        listen=", ".join(f'"{address}"' for address in it.listen),
        sites=", ".join(it.place(it.site).nearest_first),
        nets="\n".join(_nets(it)),
        resources="\n".join(_resource(name, them) for them, name in names.items()),
    )
    return {
        "etc/config": config,
        f"etc/zones/{it.contents.zone}": zone_file(it.contents, lines),
    }


def argv(it: Foreign) -> list[str]:
    """The gdnsd program in the foreground."""
    return ["gdnsd", "-c", f"{it.directory}/etc", "start"]


def _nets(it: Foreign) -> Iterable[str]:
    for place in it.places:
        for prefix in place.prefixes:
            yield f"      {prefix} => [ {', '.join(place.nearest_first)} ]"


def _resource(name: str, candidates: tuple[Candidate, ...]) -> str:
    sites = "\n".join(
        f"      {it.site} => {{ addrs_v4 => [ {it.address4} ], "
        f"addrs_v6 => [ {it.address6} ] }}"
        for it in candidates
    )
    return f"    {name} => {{ map => places, dcmap => {{\n{sites}\n    }} }}"

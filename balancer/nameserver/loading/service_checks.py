"""What is wrong with services, and with the maps that their policies use."""

from collections.abc import Iterable, Iterator

from ...config import Mistake, repeated
from ...model import Address
from ...suggest import did_you_mean
from ..geography.scale import Place, Scale
from .config import DnsConfig, MapTable, ServiceTable

# Of a service: 64 kB have room for 2300 of IPv6, and orders take the square of it.
MAX_ADDRESSES = 1000
PLACED = ("nearest", "latency", "load")  # policies that ask where clients are
MAXMIND_SUFFIX = ".mmdb"

# Policies that know an option; all know those that are not here.
KNOWN_BY = {"by": (*PLACED, "sticky"), "spread": ("load",)}
WEIGHING = ("weighted", "sticky")


def service_mistakes(path: str, service: ServiceTable) -> Iterator[Mistake]:
    """Yield options that mean nothing to the policy, and sites given twice."""
    yield from repeated(f"{path}.site", (site.name for site in service.site))
    yield from _address_mistakes(path, service)
    yield from _alias_mistakes(path, service)
    for option, policies in KNOWN_BY.items():
        if option in service.model_fields_set and service.policy not in policies:
            yield Mistake(f"{path}.{option}", _not_for(service.policy, policies))
    for index, site in enumerate(service.site):
        if "weight" in site.model_fields_set and service.policy not in WEIGHING:
            what = _not_for(service.policy, WEIGHING)
            yield Mistake(f"{path}.site[{index}].weight", what)


def _address_mistakes(path: str, service: ServiceTable) -> Iterator[Mistake]:
    """Yield addresses that one answer would have twice, or would have no room for."""
    for index, site in enumerate(service.site):
        yield from repeated(f"{path}.site[{index}].addresses", site.addresses)
    every = [address for site in service.site for address in site.addresses]
    if len(every) > MAX_ADDRESSES:
        what = f"{len(every)} addresses, not at most {MAX_ADDRESSES}"
        yield Mistake(f"{path}.site", what)
    if service.policy == "static":
        names: dict[Address, str] = {}
        for site in service.site:
            for address in site.addresses:
                if (other := names.setdefault(address, site.name)) != site.name:
                    what = f"{address} is of {other!r} and of {site.name!r}"
                    yield Mistake(f"{path}.site", f"{what}; remove one")


def _alias_mistakes(path: str, service: ServiceTable) -> Iterator[Mistake]:
    """Yield sites without an answer, or with two, and aliases that cannot be one's."""
    for index, site in enumerate(service.site):
        at = f"{path}.site[{index}]"
        if site.alias is None and not site.addresses:
            yield Mistake(f"{at}.addresses", "missing; or give an alias")
        if site.alias is not None and site.addresses:
            yield Mistake(f"{at}.alias", "there are addresses; give one of them")
        if site.alias == service.name:
            yield Mistake(f"{at}.alias", "an alias of itself")
    aliases = [site.alias for site in service.site if site.alias is not None]
    if aliases and len(aliases) < len(service.site):
        what = "some have an alias and some have addresses; give all one kind"
        yield Mistake(f"{path}.site", what)
    if len(aliases) > 1 and service.policy == "static":
        what = "'static' answers with all sites, and a name has one alias"
        yield Mistake(f"{path}.policy", f"{what}; choose another policy")


def map_mistakes(config: DnsConfig) -> Iterator[Mistake]:
    """Yield what is wrong with the maps, but for what stands in files."""
    yield from repeated("map.network", (each.prefix for each in config.map.network))
    if config.map.file is not None and config.map.network:
        yield Mistake("map.network", "there is map.file; give one of them")
    if "field" in config.map.model_fields_set and not is_maxmind(config.map):
        yield Mistake("map.field", f"map.file is no {MAXMIND_SUFFIX}")
    for index, zone in enumerate(config.zone):
        for number, service in enumerate(zone.service):
            if service.policy == "latency" and config.map.latency is None:
                path = f"zone[{index}].service[{number}].policy"
                yield Mistake(path, "there is no map.latency")
    sites = placed_sites(config)
    places = {config.server.site: "server.site"} if sites else {}
    for index, network in enumerate(config.map.network):
        places.setdefault(network.location, f"map.network[{index}].location")
    yield from location_mistakes(places, config.map, sites)


def location_mistakes(
    places: dict[str, str], table: MapTable, sites: Iterable[str]
) -> Iterator[Mistake]:
    """Yield locations whose distance to a candidate site nobody knows.

    Args:
        places: where each location is spoken of.
        table: says how far locations are.
        sites: the candidates.
    """
    scale = scale_of(table)
    known = {*table.rtt_ms, *table.place}
    for location, place in places.items():
        if location not in known:
            what = f"map.rtt_ms says nothing about {location!r}"
            yield Mistake(place, what + did_you_mean(location, known))
            continue
        for site in sites:
            if not scale.knows(location, site):
                what = f"no RTT to the candidate site {site!r}"
                yield Mistake(
                    f"map.rtt_ms.{location}", what + _no_place(table, location, site)
                )


def _no_place(table: MapTable, location: str, site: str) -> str:
    """Say which places are missing to whom places are told instead of times."""
    missing = [f"map.place.{it}" for it in (location, site) if it not in table.place]
    return f", nor {' and '.join(missing)}" if table.place else ""


def placed_sites(config: DnsConfig) -> tuple[str, ...]:
    """Return the sites that policies want to know the distance of."""
    services = [service for zone in config.zone for service in zone.service]
    placed = [service for service in services if service.policy in PLACED]
    return tuple(dict.fromkeys(site.name for each in placed for site in each.site))


def is_maxmind(table: MapTable) -> bool:
    """Whether the network map is a file in MaxMind's format."""
    return table.file is not None and table.file.endswith(MAXMIND_SUFFIX)


def scale_of(table: MapTable) -> Scale:
    """Return the distances that a configuration speaks of."""
    places = {
        name: Place(it.latitude, it.longitude) for name, it in table.place.items()
    }
    return Scale(table.rtt_ms, places)


def _not_for(policy: str, policies: Iterable[str]) -> str:
    return f"means nothing to the policy {policy!r}, but to {', '.join(policies)}"

"""What is wrong between the tables of a dns.toml, each of which is right by itself."""

from collections.abc import Iterator
from pathlib import Path

from ..config import Mistake, config_error, did_you_mean, read_config, repeated
from ..wire.dns.names import name_to_text, suffixes
from .config import (
    DelegationTable,
    DnsConfig,
    RecordTable,
    ServiceTable,
    ZoneTable,
)

Owned = RecordTable | DelegationTable | ServiceTable


def read_dns_config(path: Path) -> DnsConfig:
    """Return the file at `path`; ConfigError with every mistake that is in it."""
    config = read_config(path, DnsConfig)
    if mistakes := list(find_mistakes(config)):
        raise config_error(str(path), mistakes)
    return config


def find_mistakes(config: DnsConfig) -> Iterator[Mistake]:
    """Yield every contradiction in a configuration."""
    yield from repeated("server.listen", config.server.listen)
    yield from repeated("zone", (zone.name for zone in config.zone))
    for index, zone in enumerate(config.zone):
        yield from _zone_mistakes(f"zone[{index}]", zone)
    yield from repeated("map.network", (each.prefix for each in config.map.network))
    yield from _map_mistakes(config)


def _zone_mistakes(path: str, zone: ZoneTable) -> Iterator[Mistake]:
    for place, owned in _owned(path, zone):
        yield from _place_mistakes(place, owned, zone)
    if not any(r.type == "NS" and r.name == zone.name for r in zone.record):
        apex = name_to_text(zone.name)
        yield Mistake(path, f"no name server; add a record of type NS at {apex!r}")
    records = [(record.name, record.type, record.value) for record in zone.record]
    yield from repeated(f"{path}.record", records)
    yield from repeated(f"{path}.delegation", (d.name for d in zone.delegation))
    yield from repeated(f"{path}.service", (s.name for s in zone.service))
    yield from _set_mistakes(path, zone)
    for index, service in enumerate(zone.service):
        names = (site.name for site in service.site)
        yield from repeated(f"{path}.service[{index}].site", names)


def _owned(path: str, zone: ZoneTable) -> Iterator[tuple[str, Owned]]:
    tables: dict[str, tuple[Owned, ...]] = {
        "record": zone.record,
        "delegation": zone.delegation,
        "service": zone.service,
    }
    for key, rows in tables.items():
        for index, row in enumerate(rows):
            yield f"{path}.{key}[{index}].name", row


def _place_mistakes(place: str, owned: Owned, zone: ZoneTable) -> Iterator[Mistake]:
    name = name_to_text(owned.name)
    above = list(suffixes(owned.name))
    if zone.name not in above:
        yield Mistake(place, f"{name!r} is not in zone {name_to_text(zone.name)!r}")
    if isinstance(owned, DelegationTable) and owned.name == zone.name:
        yield Mistake(place, f"{name!r} is the zone itself; delegate a name below it")
    for cut in zone.delegation:
        if cut is not owned and cut.name in above and cut.name != zone.name:
            what = f"{name!r} is delegated away by {name_to_text(cut.name)!r}"
            yield Mistake(place, what)


def _set_mistakes(path: str, zone: ZoneTable) -> Iterator[Mistake]:
    """Yield records that cannot stand beside others of their name."""
    ttls = {(r.name, r.type): r.ttl for r in reversed(zone.record)}
    services = {service.name for service in zone.service}
    counts: dict[bytes, int] = {}
    for record in zone.record:
        counts[record.name] = counts.get(record.name, 0) + 1
    for index, record in enumerate(zone.record):
        place = f"{path}.record[{index}]"
        name = name_to_text(record.name)
        if record.ttl != ttls[record.name, record.type]:
            what = f"another TTL than the {record.type} records of {name!r} before it"
            yield Mistake(f"{place}.ttl", what)
        alone = counts[record.name] == 1 and record.name not in services | {zone.name}
        if record.type == "CNAME" and not alone:
            yield Mistake(place, f"a CNAME cannot share {name!r} with other records")
        if record.name in services and record.type in ("A", "AAAA"):
            yield Mistake(place, f"the service {name!r} has its addresses already")


def _map_mistakes(config: DnsConfig) -> Iterator[Mistake]:
    """Yield locations whose distance to a candidate site is not given."""
    nearest = [s for zone in config.zone for s in zone.service if s.policy == "nearest"]
    sites = dict.fromkeys(site.name for service in nearest for site in service.site)
    places = {config.server.site: "server.site"} if sites else {}
    for index, network in enumerate(config.map.network):
        places.setdefault(network.location, f"map.network[{index}].location")
    for location, place in places.items():
        known = config.map.rtt_ms.get(location)
        if known is None:
            what = f"map.rtt_ms says nothing about {location!r}"
            yield Mistake(place, what + did_you_mean(location, config.map.rtt_ms))
            continue
        for site in sites:
            if site not in known and site != location:
                what = f"no RTT to the candidate site {site!r}"
                yield Mistake(f"map.rtt_ms.{location}", what)

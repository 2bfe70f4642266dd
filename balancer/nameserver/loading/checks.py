"""What is wrong between the tables of a dns.toml, each of which is right by itself."""

from collections.abc import Iterator

from ...config import Mistake, repeated
from ...wire.dns.names import name_to_text
from ..content.content import XDP_OFF
from .config import DnsConfig, ServerTable, ZoneTable
from .service_checks import map_mistakes, service_mistakes

MAX_XDP_LISTENERS = 64  # as in bpf/maps.h
AUTHORITY_KEYS = ("primary", "contact", "serial", "ttl", "negative_ttl")


def find_mistakes(config: DnsConfig) -> Iterator[Mistake]:
    """Yield every contradiction in a configuration."""
    yield from repeated("server.listen", config.server.listen)
    yield from _process_mistakes(config.server)
    yield from repeated("zone", (zone.name for zone in config.zone))
    for index, zone in enumerate(config.zone):
        yield from _zone_mistakes(f"zone[{index}]", zone)
    yield from map_mistakes(config)


def _process_mistakes(server: ServerTable) -> Iterator[Mistake]:
    if server.processes > 1 and server.port == 0:
        yield Mistake("server.port", "several processes need a port that is given")
    if server.xdp == XDP_OFF:
        return
    if server.interface is None:
        yield Mistake("server.interface", "missing: XDP needs to know where to answer")
    if server.rate_limit is not None:
        what = "answers in XDP are not limited; have one or the other"
        yield Mistake("server.rate_limit", what)
    if len(server.listen) > MAX_XDP_LISTENERS:
        what = f"more than {MAX_XDP_LISTENERS} addresses with XDP"
        yield Mistake("server.listen", what)


def _zone_mistakes(path: str, zone: ZoneTable) -> Iterator[Mistake]:
    yield from _authority_mistakes(path, zone)
    yield from _transfer_mistakes(path, zone)
    records = [(record.name, record.type, record.value) for record in zone.record]
    yield from repeated(f"{path}.record", records)
    yield from repeated(f"{path}.delegation", (d.name for d in zone.delegation))
    yield from repeated(f"{path}.service", (s.name for s in zone.service))
    for index, delegation in enumerate(zone.delegation):
        if delegation.name == zone.name:
            place = f"{path}.delegation[{index}].name"
            name = name_to_text(zone.name)
            what = f"{name!r} is the zone itself; delegate a name below it"
            yield Mistake(place, what)
    for index, service in enumerate(zone.service):
        yield from service_mistakes(f"{path}.service[{index}]", service)


def _transfer_mistakes(path: str, zone: ZoneTable) -> Iterator[Mistake]:
    if zone.transfer is None:
        return
    yield from repeated(f"{path}.transfer.to", zone.transfer.to)
    if zone.dnssec is not None:
        what = "a zone that is signed when it is asked cannot be handed on"
        yield Mistake(f"{path}.transfer", what)


def _authority_mistakes(path: str, zone: ZoneTable) -> Iterator[Mistake]:
    """Yield what is missing for the SOA record, or what its file says already."""
    for key in AUTHORITY_KEYS:
        given = getattr(zone, key) is not None
        if zone.file is None and not given:
            yield Mistake(f"{path}.{key}", "missing")
        if zone.file is not None and given and key != "ttl":
            yield Mistake(f"{path}.{key}", f"the SOA record in {zone.file!r} says it")
    rows = (*zone.record, *zone.delegation)
    needs_ttl = zone.delegation or any(r.ttl is None for r in zone.record)
    if zone.file is not None and zone.ttl is None and rows and needs_ttl:
        yield Mistake(f"{path}.ttl", "missing: records beside the file need it")

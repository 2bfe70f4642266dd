"""From the tables of a dns.toml to zones ready to answer from; pure."""

from collections.abc import Callable, Iterable, Iterator

from ..model import Address
from ..wire.dns.codes import Type
from ..wire.dns.names import ROOT
from ..wire.dns.records import SOA_TIMES, address_set
from .config import DnsConfig, ServiceTable, ZoneTable
from .policies import Geography, Policy, Static, make_geography
from .zones.draft import Complain, Draft
from .zones.node import Steered, SteeredSets
from .zones.text import Unreadable, read_master_file
from .zones.zone import Zone

# For secondaries, where no zone file says it; RFC 1912, section 2.2, gives the ranges.
REFRESH_S = 3600
RETRY_S = 600
EXPIRE_S = 14 * 86400

Row = tuple[str, bytes, int, int, bytes]  # place, owner, type, TTL, rdata
ReadLines = Callable[[str], Iterable[str]]
VERSIONS = {Type.A: 4, Type.AAAA: 6}


def build_zones(
    config: DnsConfig, read_lines: ReadLines, complain: Complain
) -> tuple[Zone, ...]:
    """Return the zones of a configuration; those without grave mistakes, if any.

    Args:
        config: the tables.
        read_lines: gives the lines of a zone file.
        complain: is told what is wrong, and where.
    """
    networks = tuple((each.prefix, each.location) for each in config.map.network)
    geography = make_geography(networks, config.map.rtt_ms, config.server.site)
    policies = Policies(geography)
    zones = (
        _zone(f"zone[{index}]", table, policies, read_lines, complain)
        for index, table in enumerate(config.zone)
    )
    return tuple(zone for zone in zones if zone is not None)


class Policies:
    """Makes one policy for each set of candidates, however many names share it."""

    def __init__(self, geography: Geography) -> None:
        self._geography = geography
        self._nearest: dict[tuple[str, ...], Policy] = {}
        self._static = Static()

    def static(self) -> Policy:
        """Return the policy with one answer."""
        return self._static

    def nearest(self, sites: tuple[str, ...]) -> Policy:
        """Return the policy whose answers are those of `sites`, in this order."""
        if sites not in self._nearest:
            self._nearest[sites] = self._geography.nearest(sites)
        return self._nearest[sites]


def _zone(
    place: str,
    table: ZoneTable,
    policies: Policies,
    read_lines: ReadLines,
    complain: Complain,
) -> Zone | None:
    draft = Draft(table.name, complain)
    for index, service in enumerate(table.service):
        sets = _steered(service, policies)
        draft.steer(f"{place}.service[{index}].name", service.name, sets)
    if table.file is None:
        draft.add(place, table.name, Type.SOA, table.ttl or 0, _soa(table))
    else:
        _add_file(draft, table, read_lines(table.file), complain)
    for row in (*_records(place, table), *_delegations(place, table)):
        draft.add(*row)
    return draft.finish(place)


def _add_file(
    draft: Draft, table: ZoneTable, lines: Iterable[str], complain: Complain
) -> None:
    for entry in read_master_file(lines, table.name):
        place = f"{table.file}:{entry.line}"
        if isinstance(entry, Unreadable):
            complain(place, entry.what)
        else:
            draft.add(place, *entry[1:])


def _soa(table: ZoneTable) -> bytes:
    times = table.serial or 0, REFRESH_S, RETRY_S, EXPIRE_S, table.negative_ttl or 0
    return (table.primary or ROOT) + (table.contact or ROOT) + SOA_TIMES.pack(*times)


def _records(place: str, table: ZoneTable) -> Iterator[Row]:
    for index, record in enumerate(table.record):
        ttl_s = table.ttl if record.ttl is None else record.ttl
        at = f"{place}.record[{index}]"
        yield at, record.name, Type[record.type], ttl_s or 0, record.rdata()


def _delegations(place: str, table: ZoneTable) -> Iterator[Row]:
    ttl_s = table.ttl or 0
    for index, cut in enumerate(table.delegation):
        if cut.name == table.name:
            continue  # complained about as such
        at = f"{place}.delegation[{index}]"
        for digest in cut.ds:
            yield at, cut.name, Type.DS, ttl_s, digest
        for server, addresses in cut.nameservers.items():
            yield at, cut.name, Type.NS, ttl_s, server
            for address in addresses:
                type_ = Type.A if address.version == 4 else Type.AAAA
                yield at, server, type_, ttl_s, address.packed


def _steered(service: ServiceTable, policies: Policies) -> SteeredSets:
    """Return what answers for each family that the service has addresses of."""
    data: dict[int, Steered] = {}
    for type_, version in VERSIONS.items():
        addresses = {
            site.name: found
            for site in service.site
            if (found := tuple(a for a in site.addresses if a.version == version))
        }
        if addresses:
            data[type_] = _steered_type(service, addresses, policies)
    return data


def _steered_type(
    service: ServiceTable,
    addresses: dict[str, tuple[Address, ...]],
    policies: Policies,
) -> Steered:
    if service.policy == "static":
        together = tuple(each for some in addresses.values() for each in some)
        answers = (address_set(service.name, service.ttl, together),)
        return Steered(policies.static(), answers)
    policy = policies.nearest(tuple(addresses))
    sets = (address_set(service.name, service.ttl, a) for a in addresses.values())
    return Steered(policy, tuple(sets))

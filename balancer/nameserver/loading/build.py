"""From the tables of a dns.toml to zones ready to answer from; pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ...wire.dns.codes import Type
from ...wire.dns.names import ROOT
from ...wire.dns.records import SOA_TIMES
from ..zones.draft import Complain, Draft
from ..zones.keys import SigningKey
from ..zones.master_file import MasterFile, Unreadable, read_master_file
from ..zones.zone import Zone
from .config import DnsConfig, TransferTable, ZoneTable
from .services import Seats, steered_sets

# For secondaries, where no zone file says it; RFC 1912, section 2.2, gives the ranges.
REFRESH_S = 3600
RETRY_S = 600
EXPIRE_S = 14 * 86400

Row = tuple[str, bytes, int, int, bytes]  # place, owner, type, TTL, rdata


@dataclass(frozen=True, slots=True)
class Border:
    """What building needs from outside.

    Args:
        zone_file: gives the zone file of a name.
        read_key: gives the key in a file, or complains.
        complain: is told what is wrong, and where.
    """

    zone_file: Callable[[str], MasterFile]
    read_key: Callable[[str], SigningKey | None]
    complain: Complain


def build_zones(config: DnsConfig, seats: Seats, border: Border) -> tuple[Zone, ...]:
    """Return the zones of a configuration; those without grave mistakes, if any.

    Args:
        config: the tables.
        seats: gets a seat for each kind of service.
        border: where files are read.
    """
    zones = (
        _zone(f"zone[{index}]", table, seats, border)
        for index, table in enumerate(config.zone)
    )
    return tuple(zone for zone in zones if zone is not None)


def _zone(place: str, table: ZoneTable, seats: Seats, border: Border) -> Zone | None:
    key = border.read_key(table.dnssec.key) if table.dnssec else None
    draft = Draft(table.name, border.complain, key)
    for index, service in enumerate(table.service):
        sets = steered_sets(service, seats)
        draft.steer(f"{place}.service[{index}].name", service.name, sets)
    if table.file is None:
        draft.add(place, table.name, Type.SOA, table.ttl or 0, _soa(table))
    else:
        file = border.zone_file(table.file)
        if not _add_file(draft, file, table.name, border.complain):
            return None
    for row in (*_records(place, table), *_delegations(place, table)):
        draft.add(*row)
    zone = draft.finish(place)
    if zone is None or table.transfer is None:
        return zone
    return _with_secondaries(zone, table.transfer)


def _with_secondaries(zone: Zone, table: TransferTable) -> Zone:
    addresses = tuple(str(address) for address in table.to)
    notified = tuple((each, table.port) for each in addresses) if table.notify else ()
    return replace(zone, secondaries=frozenset(addresses), notified=notified)


def _add_file(draft: Draft, file: MasterFile, apex: bytes, complain: Complain) -> bool:
    """Add what is in a zone file, and say whether there is one."""
    try:
        for entry in read_master_file(file, apex):
            place = f"{entry.file}:{entry.line}"
            if isinstance(entry, Unreadable):
                complain(place, entry.what)
            else:
                draft.add(place, *entry[2:])
    except OSError as error:
        complain(file.name, f"cannot be read: {error.strerror}")
        return False
    return True


def _soa(table: ZoneTable) -> bytes:
    times = table.serial or 0, REFRESH_S, RETRY_S, EXPIRE_S, table.negative_ttl or 0
    return (table.primary or ROOT) + (table.contact or ROOT) + SOA_TIMES.pack(*times)


def _records(place: str, table: ZoneTable) -> Iterator[Row]:
    for index, record in enumerate(table.record):
        ttl_s = table.ttl if record.ttl is None else record.ttl
        at = f"{place}.record[{index}]"
        yield at, record.name, Type[record.type], ttl_s or 0, record.rdata


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

"""From the tables of a dns.toml to zones ready to answer from; pure."""

from collections.abc import Iterable, Iterator

from ..model import Address
from ..wire.dns.codes import Type
from ..wire.dns.names import parent
from ..wire.dns.records import NameData, Rdata, RecordSet, SoaData, address_set
from .config import DelegationTable, DnsConfig, RecordTable, ServiceTable, ZoneTable
from .policies import Geography, Policy, Static, make_geography
from .zone import Cut, Node, Steered, Zone

# For secondaries, which we do not have yet; RFC 1912, section 2.2, gives the ranges.
REFRESH_S = 3600
RETRY_S = 600
EXPIRE_S = 14 * 86400

NodeData = dict[int, RecordSet | Steered]
VERSIONS = {Type.A: 4, Type.AAAA: 6}


def build_zones(config: DnsConfig) -> dict[bytes, Zone]:
    """Return the zones of a configuration without mistakes, by apex."""
    networks = tuple((each.prefix, each.location) for each in config.map.network)
    geography = make_geography(networks, config.map.rtt_ms, config.server.site)
    policies = Policies(geography)
    return {zone.name: _zone(zone, policies) for zone in config.zone}


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


def _zone(table: ZoneTable, policies: Policies) -> Zone:
    soa = _soa(table)
    data: dict[bytes, NodeData] = {table.name: {Type.SOA: soa}}
    for record_set in _record_sets(table):
        data.setdefault(record_set.owner, {})[record_set.type] = record_set
    for service in table.service:
        data.setdefault(service.name, {}).update(_steered(service, policies))
    cuts = {each.name: _cut(table, each) for each in table.delegation}
    names = _with_ancestors([*data, *cuts], table.name)
    nodes = {name: Node(data.get(name, {})) for name in names}
    ttl_s = min(soa.ttl_s, table.negative_ttl)  # RFC 2308, section 5
    negative = RecordSet(table.name, Type.SOA, ttl_s, soa.data)
    return Zone(table.name, nodes, cuts, negative)


def _soa(table: ZoneTable) -> RecordSet:
    times = REFRESH_S, RETRY_S, EXPIRE_S, table.negative_ttl
    data = SoaData(table.primary, table.contact, table.serial, *times)
    return RecordSet(table.name, Type.SOA, table.ttl, (data,))


def _record_sets(table: ZoneTable) -> Iterator[RecordSet]:
    rows: dict[tuple[bytes, Type], list[RecordTable]] = {}
    for record in table.record:
        rows.setdefault((record.name, Type[record.type]), []).append(record)
    for (owner, type_), same in rows.items():
        ttl_s = table.ttl if same[0].ttl is None else same[0].ttl
        yield RecordSet(owner, type_, ttl_s, tuple(row.data() for row in same))


def _steered(service: ServiceTable, policies: Policies) -> NodeData:
    """Return what answers for each family that the service has addresses of."""
    data: NodeData = {}
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


def _cut(table: ZoneTable, row: DelegationTable) -> Cut:
    targets: tuple[Rdata, ...] = tuple(NameData(name) for name in row.nameservers)
    servers = RecordSet(row.name, Type.NS, table.ttl, targets)
    glue = []
    for name, addresses in row.nameservers.items():
        for version in VERSIONS.values():
            if family := tuple(a for a in addresses if a.version == version):
                glue.append(address_set(name, table.ttl, family))
    return Cut(servers, tuple(glue))


def _with_ancestors(names: Iterable[bytes], apex: bytes) -> list[bytes]:
    """Return the names and all between them and the apex: they exist as well.

    An ancestor without data is an empty non-terminal, and answers NODATA; otherwise
    resolvers that minimise query names would stop at it (RFC 8020, RFC 9156).
    """
    found = {apex: None}
    for name in names:
        above = name
        while above not in found:
            found[above] = None
            above = parent(above)
    return list(found)

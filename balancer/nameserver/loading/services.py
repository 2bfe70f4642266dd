"""From services as people write them to records that policies choose; pure."""

from collections.abc import Iterator

from ...model import Address
from ...wire.dns.codes import Type
from ...wire.dns.records import NameData, RecordSet, address_set
from ..policies.order import Order
from ..policies.seat import Draws, Seat
from ..policies.spec import AllDown, By, Candidate, Kind, Spec, Spread
from ..zones.node import SteeredSets
from ..zones.steered import Steered
from .config import ServiceTable

VERSIONS = {Type.A: 4, Type.AAAA: 6}


class Seats:
    """A seat for each spec, however many services share it."""

    def __init__(self) -> None:
        self._seats: dict[Spec, Seat] = {}

    def __len__(self) -> int:
        return len(self._seats)

    def __iter__(self) -> Iterator[Seat]:
        return iter(self._seats.values())

    def seat(self, spec: Spec) -> Seat:
        """Return the seat of a spec."""
        if spec not in self._seats:
            self._seats[spec] = Seat(spec)
        return self._seats[spec]


def steered_sets(service: ServiceTable, seats: Seats) -> SteeredSets:
    """Return what answers for each family that the service has addresses of.

    Sites with an alias answer for all types.
    """
    data: dict[int, Steered] = {}
    targets = tuple(
        NameData(site.alias) for site in service.site if site.alias is not None
    )
    if targets:
        candidates = [Candidate(site.name, 1, site.weight) for site in service.site]
        seat = seats.seat(_spec(service, tuple(candidates)))
        records = RecordSet(service.name, Type.CNAME, service.ttl, targets)
        return {Type.CNAME: Steered(seat, records, Draws(seat))}
    for type_, version in VERSIONS.items():
        addresses: list[Address] = []
        candidates = []
        for site in service.site:
            found = [each for each in site.addresses if each.version == version]
            if found:
                candidates.append(Candidate(site.name, len(found), site.weight))
                addresses += found
        if addresses:
            seat = seats.seat(_spec(service, tuple(candidates)))
            records = address_set(service.name, service.ttl, tuple(addresses))
            data[type_] = Steered(seat, records, Draws(seat))
    return data


def _spec(service: ServiceTable, candidates: tuple[Candidate, ...]) -> Spec:
    return Spec(
        Kind(service.policy),
        candidates,
        Order(service.order),
        By(service.by),
        AllDown(service.all_down),
        Spread(service.spread),
    )

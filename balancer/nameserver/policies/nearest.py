"""The nearest site: by where the client is, or by measured latency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..geography.places import Geography, Latencies
from ..geography.regions import Regions
from .asker import Asker
from .lots import Choice, Lot
from .spec import Case


@dataclass(frozen=True, slots=True)
class ByRegion:
    """A lot for each region of addresses."""

    lots: Sequence[Lot]
    regions: Mapping[int, Regions]
    by_resolver: bool = False

    def choose(self, asker: Asker) -> Choice:
        """Return the lot of the client's region."""
        version, value = asker.client
        lot, scope = self.regions[version].lookup(value)
        # A resolver may keep an answer of scope 0 for clients of the other family too.
        if scope == 0 and not self._is_for_everybody():
            scope = 1
        return tuple.__new__(Choice, (lot, scope))

    def _is_for_everybody(self) -> bool:
        four, six = self.regions[4], self.regions[6]
        return four.is_constant and six.values == four.values


@dataclass(frozen=True, slots=True)
class Measured:
    """Lots by measured latency; who was not measured has them by place."""

    measured: ByRegion
    placed: ByRegion
    by_resolver: bool = False

    @property
    def lots(self) -> Sequence[Lot]:
        """The lots, which both have."""
        return self.placed.lots

    def choose(self, asker: Asker) -> Choice:
        """Return the lot of the client's network."""
        lot, scope = self.measured.choose(asker)
        if lot < len(self.lots):
            return Choice(lot, scope)
        # It holds where the client is both unmeasured and at this place.
        lot, placed_scope = self.placed.choose(asker)
        return Choice(lot, max(scope, placed_scope))


def nearest(case: Case, places: Geography) -> ByRegion:
    """The site that is nearest to the client's location; of equal ones the first."""
    rows = places.distances_ms(case.sites)
    found = [row.index(min(row)) for row in rows]
    return by_region(case.lots(), places.regions, found)


def lowest_latency(case: Case, measured: Latencies, places: Geography) -> Measured:
    """The site with the lowest round-trip time to the client's network."""
    placed = nearest(case, places)
    found = measured.lowest(case.sites, unmeasured=len(placed.lots))
    return Measured(by_region(placed.lots, measured.regions, found), placed)


def by_region(
    lots: Sequence[Lot], places: Mapping[int, Regions], found: Sequence[int]
) -> ByRegion:
    """Return the policy that gives each number of `places` the lot found for it."""
    regions = {version: it.mapped(found) for version, it in places.items()}
    return ByRegion(lots, regions)

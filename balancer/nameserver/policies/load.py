"""The nearest site with capacity left, then the next: by the steering map's loads."""

from collections.abc import Sequence
from dataclasses import dataclass

import mmh3
import numpy as np

from .asker import SUBNET_BITS, Asker
from .knowledge import Knowledge
from .lots import Choice, Lot, shared
from .nearest import ByRegion, by_region
from .spec import Case, Spread
from .spill import Shares, home_demand, spill

HASHES = 1 << 32
SEED = 0x6C6F6164


@dataclass(frozen=True, slots=True)
class BySubnet:
    """Lots for shares of a region's subnets, so that a subnet keeps to its site.

    Args:
        lots: by number.
        rows: gives each region a row of `shares`.
        shares: in each row, a lot that says by which bounds which number is chosen.
    """

    lots: Sequence[Lot]
    rows: ByRegion
    shares: Sequence[Lot]
    by_resolver: bool = False

    def choose(self, asker: Asker) -> Choice:
        """Return the lot of the client's subnet."""
        row, scope = self.rows.choose(asker)
        share = self.shares[row]
        if share.fixed is not None:
            return Choice(share.fixed[0], scope)
        uniform = mmh3.hash(asker.client.subnet(), SEED, signed=False) / HASHES
        subnet_bits = SUBNET_BITS[asker.client.version]
        return Choice(share.drawn(uniform)[0], max(scope, subnet_bits))


def by_load(case: Case, known: Knowledge) -> ByRegion | BySubnet:
    """The nearest site, as far as it can bear its clients; the others go further."""
    places = known.geography
    distances_ms = np.array(places.distances_ms(case.sites))
    capacity = np.array([known.steering.state(site).capacity for site in case.sites])
    demand = _demand(case, known)
    rows, found = np.unique(
        spill(distances_ms, demand, capacity), axis=0, return_inverse=True
    )
    numbers = found.reshape(-1).tolist()
    if case.spec.spread is Spread.SUBNET:
        shares = [_site_shares(row) for row in rows]
        return BySubnet(case.lots(), by_region((), places.regions, numbers), shares)
    return by_region(_row_lots(case, rows), places.regions, numbers)


def _demand(case: Case, known: Knowledge) -> Shares:
    """Return the demand by location, as the map says it, or as it says loads."""
    steering, places = known.steering, known.geography
    if steering.demand:
        return np.array([steering.demand.get(each, 0.0) for each in places.locations])
    # The load of a site that is down is there all the same: it goes elsewhere.
    sites = case.spec.sites
    load = np.array([steering.state(site).load for site in sites])
    return home_demand(np.array(places.distances_ms(sites)), load)


def _site_shares(row: Shares) -> Lot:
    return shared((share, [(number,)]) for number, share in enumerate(row))


def _row_lots(case: Case, rows: Shares) -> list[Lot]:
    return [
        case.lot(case.usable[int(row.argmax())])
        if row.max() == 1
        else shared(
            (share, case.arrangements(number))
            for number, share in zip(case.usable, row, strict=True)
        )
        for row in rows
    ]

"""What a service asks of its policy, without addresses: many services are alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from .lots import Arrangement, Lot
from .order import Order, arrangements, ordered

# In a site's place.
SEVERAL, NONE = "several", "none"


class Kind(StrEnum):
    """The policies by name."""

    STATIC = "static"
    WEIGHTED = "weighted"
    FAILOVER = "failover"
    NEAREST = "nearest"
    LATENCY = "latency"
    LOAD = "load"
    STICKY = "sticky"


class By(StrEnum):
    """Whose place counts."""

    CLIENT = "client"
    RESOLVER = "resolver"


class AllDown(StrEnum):
    """What is answered when no site is healthy."""

    SERVE = "serve"  # as if all were: perhaps it is the health that is wrong
    NODATA = "nodata"


class Spread(StrEnum):
    """What keeps to one site of those that share a load."""

    QUERY = "query"
    SUBNET = "subnet"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A site that may be answered, with how many addresses."""

    site: str
    addresses: int = 1
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Spec:
    """A policy and its options; equal ones share what is worked out for them."""

    kind: Kind
    candidates: tuple[Candidate, ...]
    order: Order = Order.FIXED
    by: By = By.CLIENT
    all_down: AllDown = AllDown.SERVE
    spread: Spread = Spread.QUERY

    @property
    def sites(self) -> tuple[str, ...]:
        """The candidates' names."""
        return tuple(candidate.site for candidate in self.candidates)

    def site(self, arrangement: Arrangement) -> str:
        """Return whose addresses an arrangement has: `SEVERAL`, or `NONE`."""
        found = {owners_of(self.candidates)[position] for position in arrangement}
        if len(found) == 1:
            return found.pop()
        return SEVERAL if found else NONE


@lru_cache(maxsize=1024)
def owners_of(candidates: tuple[Candidate, ...]) -> tuple[str, ...]:
    """Return the site of each address."""
    return tuple(each.site for each in candidates for _ in range(each.addresses))


@dataclass(frozen=True, slots=True)
class Case:
    """A spec with the candidates that may be answered now, by number, in order."""

    spec: Spec
    usable: tuple[int, ...]

    @property
    def sites(self) -> tuple[str, ...]:
        """Names of the usable candidates."""
        return tuple(self.spec.candidates[number].site for number in self.usable)

    def addresses(self, number: int) -> Sequence[int]:
        """Return the positions of a candidate's addresses among the service's."""
        first = sum(each.addresses for each in self.spec.candidates[:number])
        return range(first, first + self.spec.candidates[number].addresses)

    def arrangements(self, number: int) -> tuple[Arrangement, ...]:
        """Return the answers that a candidate can give."""
        return arrangements(self.addresses(number), self.spec.order)

    def lot(self, number: int) -> Lot:
        """Return the lot of one candidate alone."""
        return ordered(self.addresses(number), self.spec.order)

    def lots(self) -> tuple[Lot, ...]:
        """Return the lots of the usable candidates."""
        return tuple(map(self.lot, self.usable))

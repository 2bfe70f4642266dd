"""What a policy says: lots of answers, and which lot is whose; no policy itself."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, count
from typing import NamedTuple, Protocol

from .asker import Asker

# Positions of a service's addresses, in the order in which the answer has them.
Arrangement = tuple[int, ...]
NOTHING: Arrangement = ()

Draw = Callable[[], Arrangement]
Uniform = Callable[[], float]  # random numbers from 0 up to 1


@dataclass(frozen=True, slots=True)
class Lot:
    """Arrangements, of which each query gets one.

    Args:
        arrangements: none at all means that there is nothing to answer.
        bounds: for drawing at random, the running sum of their shares, the last of
            which is all; empty for taking them in turn.
    """

    arrangements: tuple[Arrangement, ...]
    bounds: tuple[float, ...] = ()

    @property
    def fixed(self) -> Arrangement | None:
        """Return the one arrangement that everybody gets; None: they differ."""
        if len(self.arrangements) > 1:
            return None
        return self.arrangements[0] if self.arrangements else NOTHING

    def at(self, turn: int) -> Arrangement:
        """Return whose turn it is."""
        return self.arrangements[turn % len(self.arrangements)]

    def drawn(self, uniform: float) -> Arrangement:
        """Return the arrangement in whose share a number from 0 up to 1 falls."""
        found = bisect_right(self.bounds, uniform * self.bounds[-1])
        # A product can be rounded up to the last bound.
        return self.arrangements[min(found, len(self.arrangements) - 1)]

    def draws(self, uniform: Uniform) -> Draw:
        """Return what gives an arrangement to each query that comes."""
        if (fixed := self.fixed) is not None:
            return lambda: fixed
        if self.bounds:
            return lambda: self.drawn(uniform())
        turns = count()
        return lambda: self.at(next(turns))


NODATA = Lot(())


class Choice(NamedTuple):
    """Whose lot, and the prefix of the client on which it is this one.

    `scope_prefix_length` is as RFC 7871 has it: 0 is "the same for everybody".
    """

    lot: int
    scope_prefix_length: int


class Policy(Protocol):
    """Gives everybody one of its lots; always the same one, so that it may be kept."""

    @property
    def lots(self) -> Sequence[Lot]:
        """The lots by number."""
        ...

    @property
    def by_resolver(self) -> bool:
        """Whether the client's own network does not matter."""
        ...

    def choose(self, asker: Asker) -> Choice:
        """Return the choice for who asks."""
        ...


@dataclass(frozen=True, slots=True)
class Everybody:
    """One lot for all."""

    lot: Lot
    by_resolver: bool = True

    @property
    def lots(self) -> tuple[Lot, ...]:
        """The one lot."""
        return (self.lot,)

    def choose(self, asker: Asker) -> Choice:
        """Return the only choice."""
        return Choice(0, 0)


@dataclass(frozen=True, slots=True)
class ByResolver:
    """Another policy, asked about the resolver in place of the client.

    What does not depend on the client's network has scope 0 (RFC 7871, 7.2.1).
    """

    policy: Policy
    by_resolver: bool = True

    @property
    def lots(self) -> Sequence[Lot]:
        """The other's lots."""
        return self.policy.lots

    def choose(self, asker: Asker) -> Choice:
        """Return the choice for the resolver."""
        placed = Asker(asker.resolver, asker.resolver)
        return Choice(self.policy.choose(placed).lot, 0)


def shared(parts: Iterable[tuple[float, Sequence[Arrangement]]]) -> Lot:
    """Return the lot that draws a part by its share, and evenly in the part."""
    pairs = [
        (share / len(arrangements), arrangement)
        for share, arrangements in parts
        if share > 0
        for arrangement in arrangements
    ]
    bounds = tuple(accumulate(share for share, _ in pairs))
    return Lot(tuple(arrangement for _, arrangement in pairs), bounds)

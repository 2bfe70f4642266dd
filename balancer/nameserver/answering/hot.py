"""Ready answers to one question, one for each lot, and whose lot is which."""

from collections.abc import Callable
from typing import NamedTuple

from ..policies.lots import NOTHING, Arrangement, ByResolver, Policy
from ..policies.seat import Draws
from .choices import ByOption, BySource
from .ready import Ready

# Gives the response with an arrangement; None: it may be too long for plain UDP.
Make = Callable[[Arrangement], Ready | None]


class Memo(NamedTuple):
    """A policy with its past choices, which all names share that it chooses for.

    Args:
        by_source: choices for resolvers.
        by_option: choices for client subnets.
        longest: an arrangement of the most addresses, all of which are equally long;
            of none when somebody gets none.
        fixed: the arrangement of each lot; None: they are drawn.
        is_lasting: whether a client subnet always gets the same.
    """

    by_source: BySource
    by_option: ByOption
    longest: Arrangement
    fixed: tuple[Arrangement, ...] | None
    is_lasting: bool


class Arranged(dict[Arrangement, Ready]):
    """Responses by arrangement of the addresses, made when they are first drawn."""

    def __init__(self, make: Make) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, arrangement: Arrangement) -> Ready:
        ready = self._make(arrangement)
        if ready is None:
            raise ValueError(f"longer than the longest: {arrangement}")
        self[arrangement] = ready
        return ready


class Drawn:
    """Gives, for the number of a lot, the response whose turn it is."""

    __slots__ = ("_draws", "_ready")

    def __init__(self, draws: Draws, make: Make) -> None:
        self._draws, self._ready = draws, Arranged(make)

    def __getitem__(self, lot: int) -> Ready:
        return self._ready[self._draws.take(lot)]


Answers = tuple[Ready, ...] | Drawn


class Hot(NamedTuple):
    """The answers to one question by lot, and whose lot is which.

    `is_lasting` says that the same query gets the same response, whoever asks, and
    `is_signed` that there are signatures in them.
    """

    by_source: BySource
    by_option: ByOption
    answers: Answers
    is_lasting: bool = True
    is_signed: bool = False


def make_memo(policy: Policy) -> Memo:
    """Return what is to be known of a policy, with no choice remembered yet."""
    every = [each for lot in policy.lots for each in lot.arrangements or (NOTHING,)]
    longest = NOTHING if NOTHING in every else max(every, key=len)
    fixed = tuple(each for lot in policy.lots if (each := lot.fixed) is not None)
    is_fixed = len(fixed) == len(policy.lots)
    is_lasting = is_fixed and not isinstance(policy, ByResolver)
    options = ByOption(policy)
    return Memo(
        BySource(policy), options, longest, fixed if is_fixed else None, is_lasting
    )

"""Round robin: one backend after the other, whatever the flow.

Source: the policy that Eisenbud et al., NSDI 2016, section 3.3, set connection tracking
against. `pick` is O(1) on average with equal weights. Promised: flows to within one of
the share when weights are equal. Not promised: anything without tracking; the next
packet of a flow goes to the next backend.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from .maglev import take_turns, whole_weights
from .selector import EMPTY, Policy, WeightedName, by_name, members_of


@dataclass(frozen=True, slots=True)
class RoundRobin:
    """The method; turns go in the order of names, a weight is so many turns."""

    def build(self, backends: Sequence[WeightedName]) -> Policy:
        """Return a policy that starts with the first; see `Method.build`."""
        return Turns(self, backends)


class Turns:
    """Whose turn it is.

    Args:
        method: how a successor is made.
        backends: who has turns.
    """

    def __init__(self, method: RoundRobin, backends: Sequence[WeightedName]) -> None:
        members = by_name(members_of(backends))
        self._method = method
        self._numbers = [member.number for member in members]
        self._weights = whole_weights([member.weight for member in members])
        self._turns = take_turns(self._weights) if members else iter(())

    def pick(self, hash32: int) -> int:
        """Return the next backend; the hash does not matter."""
        turn = next(self._turns, None)
        return EMPTY if turn is None else self._numbers[turn]

    def table(self, slots: int) -> "array[int]":
        """Return whose turns the first are, for who counts flows instead of hashing."""
        if not self._numbers:
            return array("I", [EMPTY]) * slots
        turns = islice(take_turns(self._weights), slots)
        return array("I", [self._numbers[turn] for turn in turns])

    def ended(self, number: int) -> None:
        """Take note of nothing: round robin does not count."""

    def change(self, backends: Sequence[WeightedName]) -> Policy:
        """Return a policy that starts with the first."""
        return self._method.build(backends)

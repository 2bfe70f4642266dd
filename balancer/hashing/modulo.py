"""The connection's number modulo the number of backends: even, and never consistent.

Source: what every consistent method is measured against, as in Karger et al., STOC
1997, section 1. Look-up O(1). Not promised: anything under change; from n to n + 1
backends all but 1 in n + 1 flows move. Backends count in the order given.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from .selector import Method, Nobody, Selector, WeightedName, members_of, nodes_of


@dataclass(frozen=True, slots=True)
class Modulo:
    """The method; a weight is so many places in the row."""

    def build(self, backends: Sequence[WeightedName]) -> Selector:
        """Return a selector; see `Method.build`."""
        members = members_of(backends)
        row = array("I")
        for member in members:
            row.extend([member.number] * nodes_of(member, 1))
        return ModuloSelector(self, row) if members else Nobody(self)


@dataclass(frozen=True, slots=True)
class ModuloSelector:
    """A row of backends, each as often as its weight says."""

    method: Method
    row: "array[int]"

    def pick(self, hash32: int) -> int:
        """Return the backend for a flow's hash."""
        return self.row[hash32 % len(self.row)]

    def table(self, slots: int) -> "array[int]":
        """Return the row, repeated."""
        return (self.row * (slots // len(self.row) + 1))[:slots]

    def change(self, backends: Sequence[WeightedName]) -> Selector:
        """Return a selector without a past: this one has none either."""
        return self.method.build(backends)

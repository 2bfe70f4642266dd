"""Bounded loads flow by flow: the ring decides as long as its choice is not full.

Source: Mirrokni, Thorup, Zadimoghaddam, "Consistent Hashing with Bounded Loads", SODA
2018 (arXiv:1608.01350), section 2; `bounded` deals slots of a table the same way.
`pick` is O(n) for the sum of loads, and walks O(1 / e^2) points for a factor of 1 + e.
Promised: a flow never goes to a backend that has ceil(factor * fair share) already.
Not promised: the same choice for a flow's next packet; track the flows.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from .bounded import Bounded, BoundedRing
from .loads import Loads
from .selector import EMPTY, Policy, WeightedName, by_name, members_of


@dataclass(frozen=True, slots=True)
class BoundedLoads:
    """The method.

    Args:
        factor: most flows, as a multiple of the fair share.
        points: of a backend with weight 1 on the ring.
    """

    factor: float = 1.25
    points: int = 160

    def __post_init__(self) -> None:
        Bounded(self.factor, self.points)

    def build(self, backends: Sequence[WeightedName]) -> Policy:
        """Return a policy that has seen no flow; see `Method.build`."""
        return BoundedFlows(self, backends, Loads(backends))


class BoundedFlows:
    """The ring, and who has how many flows.

    Args:
        method: the options.
        backends: who may be picked.
        loads: the flows there are.
    """

    def __init__(
        self, method: BoundedLoads, backends: Sequence[WeightedName], loads: Loads
    ) -> None:
        members = by_name(members_of(backends))
        self._method, self._loads = method, loads
        self._ring = (
            BoundedRing(members, method.points, method.factor) if members else None
        )

    def pick(self, hash32: int) -> int:
        """Return the backend for a new flow's hash, and count the flow."""
        if self._ring is None:
            return EMPTY
        number = self._ring.owner(hash32, self._loads.flows)
        self._loads.began(number)
        return number

    def table(self, slots: int) -> "array[int]":
        """Return the owner of each slot, where every slot is as much load."""
        if self._ring is None:
            return array("I", [EMPTY]) * slots
        return self._ring.deal(slots)

    def ended(self, number: int) -> None:
        """Take note that one of the flows of a backend is over."""
        self._loads.ended(number)

    def change(self, backends: Sequence[WeightedName]) -> Policy:
        """Return a policy that knows the flows of who stays."""
        return BoundedFlows(self._method, backends, self._loads.after(backends))

"""Least loaded: a flow goes where there are the fewest flows for the weight.

Source: the policy of the frontend in Beyer et al. (eds.), "Site Reliability
Engineering", O'Reilly 2016, chapter 19, "Load Balancing at the Virtual IP Address":
best balance, and useless for packets that come later unless the flow is tracked. `pick`
is O(n). Promised: while no flow ends, nobody has more than one flow above its share of
equal weights. Not promised: anything without tracking; ends that are never told (with
direct server return half of them are not seen) leave a backend looking busy.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace

from .loads import Loads
from .selector import EMPTY, Member, Policy, WeightedName, by_name, members_of


@dataclass(frozen=True, slots=True)
class LeastLoaded:
    """The method; of equal loads per weight the first by name is taken."""

    def build(self, backends: Sequence[WeightedName]) -> Policy:
        """Return a policy that has seen no flow; see `Method.build`."""
        return Least(backends, Loads(backends))


class Least:
    """Who has how many flows.

    Args:
        backends: who may be picked.
        loads: the flows there are.
    """

    def __init__(self, backends: Sequence[WeightedName], loads: Loads) -> None:
        self._members = by_name(members_of(backends))
        self._loads = loads

    def pick(self, hash32: int) -> int:
        """Return the least loaded and count a flow; the hash does not matter."""
        if not self._members:
            return EMPTY
        number = min(self._members, key=self._load).number
        self._loads.began(number)
        return number

    def table(self, slots: int) -> "array[int]":
        """Return who would get the next flows if none ended; it counts none."""
        if not self._members:
            return array("I", [EMPTY]) * slots
        flows = self._loads.flows.copy()
        heap = [(self._load(m), place, m) for place, m in enumerate(self._members)]
        heapify(heap)
        owners = array("I")
        for _ in range(slots):
            _, place, member = heap[0]
            owners.append(member.number)
            flows[member.number] += 1
            load = (flows[member.number] + 1) / member.weight
            heapreplace(heap, (load, place, member))
        return owners

    def ended(self, number: int) -> None:
        """Take note that one of the flows of a backend is over."""
        self._loads.ended(number)

    def change(self, backends: Sequence[WeightedName]) -> Policy:
        """Return a policy that knows the flows of who stays."""
        return Least(backends, self._loads.after(backends))

    def _load(self, member: Member) -> float:
        """Return the load that one flow more would make."""
        return (self._loads.flows[member.number] + 1) / member.weight

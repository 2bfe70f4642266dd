"""Connection tracking around a selector: a flow keeps the backend that it got first.

What it is not: the data plane's flow table. This one has neither packets nor clocks; it
shows what a policy does with tracking, and what without.
"""

from collections import OrderedDict
from collections.abc import Hashable, Sequence

from .selector import EMPTY, Policy, Selector, WeightedName


class Tracked:
    """A selector, and the flows that it was asked about.

    Args:
        selector: who decides for new flows.
        backends: those that the selector was built of.
        limit: most flows remembered; the one unused for longest is forgotten.
    """

    def __init__(
        self, selector: Selector, backends: Sequence[WeightedName], limit: int
    ) -> None:
        self._selector = selector
        self._limit = limit
        self._names = [backend.name for backend in backends]
        self._flows: OrderedDict[Hashable, int] = OrderedDict()
        self.forgotten = 0  # flows, for want of room

    def __len__(self) -> int:
        return len(self._flows)

    def pick(self, flow: Hashable, hash32: int) -> int:
        """Return the flow's backend, chosen at its first packet."""
        number = self._flows.get(flow)
        if number is None:
            number = self._selector.pick(hash32)
            if number == EMPTY:
                return EMPTY
            self._flows[flow] = number
        self._flows.move_to_end(flow)
        if len(self._flows) > self._limit:
            self._end(self._flows.popitem(last=False)[1])
            self.forgotten += 1
        return number

    def ended(self, flow: Hashable) -> None:
        """Forget a flow."""
        number = self._flows.pop(flow, None)
        if number is not None:
            self._end(number)

    def change(self, backends: Sequence[WeightedName]) -> None:
        """Change the backends: flows of one that is gone are picked for anew.

        One with weight 0 is still there: drained, it keeps the flows that it has.
        """
        self._selector = self._selector.change(backends)
        numbers = {backend.name: number for number, backend in enumerate(backends)}
        moved = ((flow, self._names[number]) for flow, number in self._flows.items())
        kept = [(flow, numbers[name]) for flow, name in moved if name in numbers]
        self._flows = OrderedDict(kept)
        self._names = [backend.name for backend in backends]

    def _end(self, number: int) -> None:
        if isinstance(self._selector, Policy):
            self._selector.ended(number)

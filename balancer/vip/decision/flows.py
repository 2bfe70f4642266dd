"""The reference's flow table: which backend a flow has, for as many as it may hold."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping

from ...model import FiveTuple
from ..tables.options import Limits
from .clock import Rate, per_window


class Flows(Mapping[FiveTuple, int]):
    """Backends by flow; when full, the flow that was longest unused is forgotten.

    The kernel's LRU map holds the same bound but picks its victim only roughly, so
    both agree on every flow as long as neither is full. A flow unused for longer than
    the limit's idle time counts as unknown, but its place is taken only when needed.

    Args:
        limits: most flows held, how long they may be idle, and how many may be new in
            a second.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._rate = Rate(per_window(limits.new_flows_per_s))
        self._entries: OrderedDict[FiveTuple, tuple[int, float]] = OrderedDict()
        self.evicted = 0

    def __getitem__(self, flow: FiveTuple) -> int:
        return self._entries[flow][0]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[FiveTuple]:
        return iter(self._entries)

    def find(self, flow: FiveTuple, now_s: float) -> int | None:
        """Return the flow's backend; None when unknown, or idle for too long."""
        entry = self._entries.get(flow)
        if entry is None or now_s - entry[1] > self._limits.idle_s:
            return None
        return entry[0]

    def touch(self, flow: FiveTuple, now_s: float) -> None:
        """Note that a flow that is there was used."""
        self._entries[flow] = self._entries[flow][0], now_s
        self._entries.move_to_end(flow)

    def insert(self, flow: FiveTuple, backend: int, now_s: float) -> bool:
        """Remember the flow's backend; return False when too many are new.

        Only what takes another place in the table counts as new.
        """
        if flow not in self._entries and not self._rate.admit(now_s):
            return False
        self._entries[flow] = backend, now_s
        self._entries.move_to_end(flow)
        if len(self._entries) > self._limits.flows:
            self._entries.popitem(last=False)
            self.evicted += 1
        return True

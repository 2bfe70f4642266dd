"""The reference's flow table: which backend a flow has, for as many as it may hold."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping

from ..model import FiveTuple


class Flows(Mapping[FiveTuple, int]):
    """Backends by flow; when full, the flow that was longest unused is forgotten.

    The kernel's LRU map holds the same bound but picks its victim only roughly, so
    both agree on every flow as long as neither is full.

    Args:
        limit: most flows held.
    """

    def __init__(self, limit: int = 65536) -> None:
        self._limit = limit
        self._backends: OrderedDict[FiveTuple, int] = OrderedDict()

    def __getitem__(self, flow: FiveTuple) -> int:
        return self._backends[flow]

    def __len__(self) -> int:
        return len(self._backends)

    def __iter__(self) -> Iterator[FiveTuple]:
        return iter(self._backends)

    def use(self, flow: FiveTuple) -> int | None:
        """Return the flow's backend, and count this as a use; None when unknown."""
        backend = self._backends.get(flow)
        if backend is not None:
            self._backends.move_to_end(flow)
        return backend

    def insert(self, flow: FiveTuple, backend: int) -> None:
        """Remember the flow's backend."""
        self._backends[flow] = backend
        self._backends.move_to_end(flow)
        if len(self._backends) > self._limit:
            self._backends.popitem(last=False)

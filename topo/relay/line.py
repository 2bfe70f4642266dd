"""One direction of a link as arithmetic: who passes, and when; no packet, no clock."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..world.records import Shape
from .schedule import Mask, Sizes, Times, drop_tail, in_order, transmit_times

NS_PER_MS = 1_000_000


class Accepted(NamedTuple):
    """What becomes of a batch of packets.

    A NamedTuple because one is made per batch. `kept` is None when all packets pass;
    `releases_ns` has one entry per packet that passes, never decreasing.
    """

    kept: Mask | None
    releases_ns: Times
    lost: int = 0
    queue_dropped: int = 0


@dataclass(slots=True)
class Line:
    """The state of one direction: its shape, and what the last packet left behind.

    A shape that is replaced acts on the packets to come; those under way keep their
    time, and nobody overtakes them.
    """

    shape: Shape
    random: np.random.Generator
    last_departure_ns: int = 0
    last_release_ns: int = 0

    def accept(self, arrivals_ns: Times, wire_bytes: Sizes) -> Accepted:
        """Schedule packets that arrived at `arrivals_ns` (monotonic, in order)."""
        kept = self._survivors(len(arrivals_ns))
        lost = 0
        if kept is not None:
            lost = len(kept) - int(np.count_nonzero(kept))
            arrivals_ns, wire_bytes = arrivals_ns[kept], wire_bytes[kept]
        dropped = 0
        if self.shape.rate_mbit is not None:
            taken, arrivals_ns = self._through_wire(arrivals_ns, wire_bytes)
            dropped = len(taken) - len(arrivals_ns)
            kept = _narrowed(kept, taken) if dropped else kept
        return Accepted(kept, self._releases(arrivals_ns), lost, dropped)

    def _survivors(self, packets: int) -> Mask | None:
        if not self.shape.loss:
            return None
        kept = self.random.random(packets) >= self.shape.loss
        return None if kept.all() else kept

    def _through_wire(self, arrivals_ns: Times, sizes: Sizes) -> tuple[Mask, Times]:
        assert self.shape.rate_mbit is not None
        transmit_ns = transmit_times(sizes, self.shape.rate_mbit)
        queue_ns = int(self.shape.queue_ms * NS_PER_MS)
        taken, left_ns = drop_tail(
            arrivals_ns, transmit_ns, self.last_departure_ns, queue_ns
        )
        if len(left_ns):
            self.last_departure_ns = int(left_ns[-1])
        return taken, left_ns

    def _releases(self, departures_ns: Times) -> Times:
        releases_ns = departures_ns + int(self.shape.delay_ms * NS_PER_MS)
        if self.shape.jitter_ms:
            width_ns = self.shape.jitter_ms * NS_PER_MS
            draws = self.random.random(len(releases_ns)) * width_ns
            releases_ns = releases_ns + draws.astype(np.int64)
        releases_ns = in_order(releases_ns, self.last_release_ns)
        if len(releases_ns):
            self.last_release_ns = int(releases_ns[-1])
        return releases_ns


def _narrowed(kept: Mask | None, taken: Mask) -> Mask:
    """Return the mask over the whole batch, `taken` being over the kept ones."""
    if kept is None:
        return taken
    both = kept.copy()
    both[kept] = taken
    return both

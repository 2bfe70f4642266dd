"""Samples that the program takes of packets that the flow table did not decide."""

import ctypes
from collections import deque
from dataclasses import dataclass

from ...errors import Unsupported
from ...kernel.libbpf import Sampled, check, library
from ...kernel.maps import Map
from ...model import FiveTuple
from ..decision.verdict import Reason
from .layouts import sample_of

KEPT = 1000  # the latest


@dataclass(frozen=True, slots=True)
class Sample:
    """A packet: its flow, to whom it went, why, and when by the monotonic clock."""

    flow: FiveTuple
    backend: int
    reason: Reason
    time_s: float


class Samples:
    """Reads the program's ring of samples, and keeps the latest `KEPT`.

    The program wakes nobody; what is not read in time it does not write.

    Args:
        ring: the map "samples".
    """

    def __init__(self, ring: Map) -> None:
        self.latest: deque[Sample] = deque(maxlen=KEPT)
        self._callback = Sampled(self._take)
        made: int | None = library().ring_buffer__new(
            ring.fd, self._callback, None, None
        )
        if not made:
            raise Unsupported("ring of samples", "the kernel does not map it")
        self._ring = made

    def read(self) -> None:
        """Take in what is there."""
        check(library().ring_buffer__consume(self._ring), "samples")

    def close(self) -> None:
        """Let go of the ring."""
        library().ring_buffer__free(self._ring)

    def _take(self, _: int, octets: int, size: int) -> int:
        flow, backend, reason, time_ns = sample_of(ctypes.string_at(octets, size))
        self.latest.append(Sample(flow, backend, Reason(reason), time_ns / 1e9))
        return 0

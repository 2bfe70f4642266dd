"""A flood of TCP segments that the kernel makes, and a count of what comes back.

A program that BPF_PROG_TEST_RUN runs on live frames sends them by one end of a veth
pair, a second one counts and drops what arrives there. What is measured stands at the
other end. No socket and no process is in the way, and all of it takes one core.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from struct import Struct

from balancer.kernel.counters import total
from balancer.kernel.objects import BpfObject, loaded
from balancer.kernel.testrun import send_frames
from balancer.kernel.xdp import XdpMode, attached
from balancer.vip.xdp.layouts import INDEX
from balancer.vip.xdp.programs import BPF

_FIRST_OF_ALL = -20  # as niceness
_LOAD = Struct("=I54s2x")  # flows, the first one's frame
_FIRST = INDEX.pack(0)
_M = 1e6


@dataclass(frozen=True, slots=True)
class Flood:
    """Generator and sink at one end of a veth pair, in this namespace."""

    loaded: BpfObject
    interface: str

    def mpps(self, frame: bytes, frames: int, flows: int) -> float:
        """Send frames; return how many millions of them have come back in a second.

        Args:
            frame: a TCP segment over IPv4 without payload or options, its checksums
                right: the first flow's.
            frames: how many, of which the kernel may lose some.
            flows: a power of two; of 32768 ports each address.
        """
        self.loaded.maps["load"].update(_FIRST, _LOAD.pack(flows, frame))
        index = socket.if_nametoindex(self.interface)
        before, started_s = self._sunk(), time.perf_counter()
        send_frames(self.loaded.programs["flood"], frame, frames, index)
        return (self._sunk() - before) / (time.perf_counter() - started_s) / _M

    def _sunk(self) -> int:
        return total(self.loaded.maps["sunk"], 0)


@contextmanager
def flooding(interface: str) -> Iterator[Flood]:
    """Have generator and sink at `interface`, the near end of a veth pair."""
    with (
        loaded(BPF / "flood.bpf.o") as programs,
        attached(interface, programs.programs["sink"], XdpMode.NATIVE),
    ):
        yield Flood(programs, interface)


def take_a_core() -> None:
    """Put this process on one core, before all others there."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    os.nice(_FIRST_OF_ALL)

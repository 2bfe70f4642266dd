"""A stream of numbered, stamped UDP datagrams, and when each of them came."""

import os
import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from balancer.errors import FrontlabError
from topo.relay.batch import BATCH, Batch
from topo.relay.syscalls import NS_PER_S, Timer, finest_timers
from topo.sandbox.process import fork_tied
from topo.sandbox.syscalls import inside_netns

PORT = 7777
SO_SNDBUFFORCE, SO_RCVBUFFORCE, SO_TIMESTAMPNS = 32, 33, 35
BUFFER_BYTES = 64 << 20
DATAGRAM_MOST_BYTES = 2048
WORD_BYTES = 8
# Above 20 kpps, packets share a system call.
TOGETHER_NS = 500_000
SINGLE_MOST_PPS = 20_000
IDLE_S = 0.5
NICENESS = -15
STALL_NS = 10_000_000
WARM_UP_TRIES = 10


@dataclass(frozen=True, slots=True)
class Stream:
    """What to send: `count` datagrams of `size` bytes of payload, `pps` a second."""

    count: int
    pps: float
    size: int = 100

    @property
    def together(self) -> int:
        """How many packets share one system call."""
        if self.pps <= SINGLE_MOST_PPS:
            return 1
        return min(int(self.pps * TOGETHER_NS / NS_PER_S), BATCH)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The datagrams that came, in the order they came in."""

    sequence: NDArray[np.int64]
    delays_ns: NDArray[np.int64]  # from before the send call to the kernel's stamp
    stamps_ns: NDArray[np.int64]

    def pps(self) -> float:
        """Return how many came a second."""
        return (len(self.stamps_ns) - 1) * NS_PER_S / np.ptp(self.stamps_ns)

    def errors_us(self, asked_ms: float) -> NDArray[np.float64]:
        """Return how much later than asked each one came."""
        return self.delays_ns / 1000 - asked_ms * 1000


def run_stream(
    stream: Stream, source: int, sink: int, address: str, cores: frozenset[int]
) -> Arrivals:
    """Send `stream` from one namespace to `address` in another, on `cores` alone."""
    with inside_netns(sink), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there:
        there.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        there.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
        there.bind((address, PORT))
        there.setblocking(False)
        with inside_netns(source):
            here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with here, _on_cores(cores):
            here.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_BYTES)
            here.connect((address, PORT))
            _warm_up(here, there)
            sender = fork_tied(lambda: _send(here, stream))
            with os.fdopen(os.pidfd_open(sender), "rb") as alive:
                arrivals = _receive(there, stream, alive.fileno())
            _, status = os.waitpid(sender, 0)
    if status:
        raise FrontlabError(f"stream: the sender ended with status {status}")
    return arrivals


def _warm_up(here: socket.socket, there: socket.socket) -> None:
    """Have both ends learn each other's link address, by datagrams without content."""
    for _ in range(WARM_UP_TRIES):  # as a link with loss loses these, too
        here.send(b"")
        if select.select([there], [], [], IDLE_S)[0]:
            return
    raise FrontlabError("stream: nothing comes through the link")


def _send(here: socket.socket, stream: Stream) -> int:
    finest_timers()
    batch, buffers = _buffers(stream.size)
    timer, poll = Timer(), select.epoll()
    poll.register(timer, select.EPOLLIN | select.EPOLLET)
    start_ns, sent = time.monotonic_ns(), 0
    while sent < stream.count:
        due_ns = start_ns + int(sent * NS_PER_S / stream.pps)
        behind_ns = time.monotonic_ns() - due_ns
        if behind_ns > STALL_NS:
            start_ns += behind_ns  # What a stall has cost is not made up by a burst.
        if behind_ns < 0:
            timer.arm(due_ns)
            poll.poll()
        count = min(stream.together, stream.count - sent)
        buffers[:count, 0] = np.arange(sent, sent + count)
        buffers[:count, 1] = time.time_ns()
        if batch.send(here.fileno(), count) != count:
            return 1
        sent += count
    return 0


def _receive(there: socket.socket, stream: Stream, sender: int) -> Arrivals:
    """Receive until all have come, or none does for a while after the sender's end.

    That alone tells of loss: on a machine that stalls none may come meanwhile, too.
    """
    batch, buffers = _buffers(DATAGRAM_MOST_BYTES)
    batch.with_stamps()
    rows = np.empty((stream.count, 3), np.int64)
    came, ended, poll = 0, False, select.epoll()
    poll.register(there, select.EPOLLIN)
    while came < stream.count:
        if not poll.poll(IDLE_S):
            if ended:
                break
            ended = bool(select.select([sender], [], [], 0)[0])
            continue
        got = max(batch.receive(there.fileno(), min(BATCH, stream.count - came)), 0)
        full = batch.lengths(got) > 0  # the others are from the warm-up
        new = slice(came, came + int(np.count_nonzero(full)))
        rows[new, :2] = buffers[:got][full, :2]
        rows[new, 2] = batch.stamps_ns(got)[full]
        came = new.stop
    sequence, sent_ns, stamps_ns = rows[:came].T.copy()
    return Arrivals(sequence, stamps_ns - sent_ns, stamps_ns)


def _buffers(size: int) -> tuple[Batch, NDArray[np.int64]]:
    """Return a batch of packets of `size` bytes, and their memory as words."""
    words = -(-size // WORD_BYTES)
    buffers = np.zeros((BATCH, words), np.int64)
    batch = Batch()
    batch.addresses[:] = buffers.ctypes.data + np.arange(BATCH) * words * WORD_BYTES
    batch.sizes[:] = size
    return batch, buffers


@contextmanager
def _on_cores(cores: frozenset[int]) -> Iterator[None]:
    """Run on `cores` alone, and before other programs: they are not measured."""
    affinity, niceness = os.sched_getaffinity(0), os.getpriority(os.PRIO_PROCESS, 0)
    os.sched_setaffinity(0, cores)
    os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    try:
        yield
    finally:
        os.setpriority(os.PRIO_PROCESS, 0, niceness)
        os.sched_setaffinity(0, affinity)

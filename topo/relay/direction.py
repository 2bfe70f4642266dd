"""One direction of a link at work: packets in, held until due, and out."""

import errno
import socket
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .batch import BATCH, Batch
from .counters import Field, Row
from .lateness import count
from .line import Line
from .packet_socket import kernel_drops
from .schedule import ETHERNET_OVERHEAD_BYTES, Sizes, Times
from .segments import segment_overhead
from .sizes import SUPER_SLOT_BYTES, VNET_HEADER_BYTES
from .slots import Addresses, Queue, Slots

# Receiving may not keep a busy link from sending, nor from the other links.
BATCHES_PER_TURN = 4
LENGTH_TO_WIRE = ETHERNET_OVERHEAD_BYTES - VNET_HEADER_BYTES
GONE = {errno.ENETDOWN, errno.ENXIO, errno.ENODEV, errno.EBADF}
# When, within a system call, each of its packets is on its way.
MIDDLES = np.arange(BATCH) + 0.5

Clock = Callable[[], int]


class Gone(Exception):
    """The interface went down or is no more."""


@dataclass(slots=True)
class Scratch:
    """The arguments of system calls, shared by all directions.

    `bin` has room for the vnet header, without which the kernel gives no packet, and
    for nothing else: what is received into it is gone.
    """

    received: Batch
    sent: Batch
    bin: Batch
    bin_memory: NDArray[np.uint8]

    @classmethod
    def create(cls) -> "Scratch":
        """Return fresh scratch space."""
        memory, bin_batch = np.zeros(VNET_HEADER_BYTES, np.uint8), Batch()
        bin_batch.addresses[:] = memory.ctypes.data
        bin_batch.sizes[:] = VNET_HEADER_BYTES
        return cls(Batch().with_stamps(), Batch(), bin_batch, memory)


class Direction:
    """Packets from one socket to the other, along `line`, counted in `row`."""

    def __init__(
        self,
        source: socket.socket,
        sink: socket.socket,
        line: Line,
        slots: Slots,
        row: Row,
    ) -> None:
        self._source, self._sink = source, sink
        self._in, self._out = source.fileno(), sink.fileno()
        self.line, self._slots, self._row = line, slots, row
        self._queue = Queue(slots.count)

    def __len__(self) -> int:
        return len(self._queue)

    def next_ns(self) -> int:
        """Return when the first packet is due; there must be one."""
        return self._queue.next_ns()

    def grow(self, slots: int) -> None:
        """Allow `slots` packets under way; fewer than now changes nothing."""
        if slots > self._slots.count:
            self._slots.grow(slots)
            self._queue = self._queue.grown(slots)

    def receive(self, scratch: Scratch, to_monotonic_ns: int) -> None:
        """Take what has arrived; `to_monotonic_ns` is added to the kernel's stamps.

        Raises:
            Gone: the interface went down.
        """
        batch = scratch.received
        for _ in range(BATCHES_PER_TURN):
            slots = self._slots.peek(BATCH)
            room = len(slots)
            if not room:
                self._discard(scratch)
                return
            batch.addresses[:room] = slots
            batch.sizes[:room] = self._slots.size
            got = batch.receive(self._in, room)
            if got <= 0:
                self._check(got)
                return
            self._enqueue(batch, got, to_monotonic_ns)
            if got < room:
                return
        self.count_kernel_drops()

    def send(self, scratch: Scratch, until_ns: int, clock: Clock) -> int | None:
        """Send what is due until `until_ns`; the lateness of the first, None if none.

        Raises:
            Gone: the interface went down.
        """
        first: int | None = None
        batch = scratch.sent
        while due := self._queue.due(until_ns, BATCH):
            addresses, lengths, releases_ns = self._queue.peek(due)
            batch.addresses[:due] = addresses
            batch.sizes[:due] = lengths
            start_ns = clock()
            sent = batch.send(self._out, due)
            if sent <= 0:
                self._refuse(sent, addresses)
                continue
            late_ns = _lateness(releases_ns[:sent], start_ns, clock())
            self._count(late_ns, lengths[:sent])
            self._slots.give_back(addresses[:sent])
            self._queue.pop(sent)
            first = int(late_ns[0]) if first is None else first
        return first

    def count_kernel_drops(self) -> None:
        """Add what the kernel dropped before the relay saw it."""
        self._row[Field.KERNEL] += kernel_drops(self._source)

    def _enqueue(self, batch: Batch, got: int, to_monotonic_ns: int) -> None:
        addresses, lengths = batch.addresses[:got], batch.lengths(got)
        arrivals_ns = batch.stamps_ns(got) + to_monotonic_ns
        self._slots.take(got)
        fits = lengths <= self._slots.size
        if not fits.all():
            self._row[Field.OVERSIZE] += got - int(np.count_nonzero(fits))
            self._slots.give_back(addresses[~fits])
            addresses, lengths = addresses[fits], lengths[fits]
            arrivals_ns = arrivals_ns[fits]
        wire_bytes = lengths + LENGTH_TO_WIRE
        if self._slots.size >= SUPER_SLOT_BYTES and self.line.shape.rate_mbit:
            wire_bytes += segment_overhead(addresses, lengths)
        kept, releases_ns, lost, dropped = self.line.accept(arrivals_ns, wire_bytes)
        if kept is not None:
            self._row[Field.LOSS] += lost
            self._row[Field.QUEUE] += dropped
            self._slots.give_back(addresses[~kept])
            addresses, lengths = addresses[kept], lengths[kept]
        self._queue.push(addresses, lengths, releases_ns)

    def _discard(self, scratch: Scratch) -> None:
        for _ in range(BATCHES_PER_TURN):
            got = scratch.bin.receive(self._in, BATCH)
            if got <= 0:
                self._check(got)
                return
            self._row[Field.SLOTS] += got

    def _refuse(self, sent: int, addresses: Addresses) -> None:
        # One packet is given up, and the next one tried: the far end may be back.
        self._row[Field.DOWN] += 1
        self._slots.give_back(addresses[:1])
        self._queue.pop(1)
        self._check(sent)

    def _count(self, late_ns: Times, lengths: Sizes) -> None:
        row, packets = self._row, len(late_ns)
        row[Field.PACKETS] += packets
        row[Field.BYTES] += int(lengths.sum()) - packets * VNET_HEADER_BYTES
        row[Field.HISTOGRAM :] += count(late_ns)
        row[Field.LATEST_NS] = max(int(late_ns.max()), int(row[Field.LATEST_NS]))
        row[Field.EARLIEST_NS] = min(int(late_ns.min()), int(row[Field.EARLIEST_NS]))

    @staticmethod
    def _check(result: int) -> None:
        if -result in GONE:
            raise Gone


def _lateness(releases_ns: Times, start_ns: int, end_ns: int) -> Times:
    each_ns = (end_ns - start_ns) / len(releases_ns)
    sent_ns = start_ns + (each_ns * MIDDLES[: len(releases_ns)]).astype(np.int64)
    return sent_ns - releases_ns

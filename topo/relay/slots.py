"""Where packets wait: slots of one size, and the queue of their turns."""

import mmap

import numpy as np
from numpy.typing import NDArray

from .schedule import Sizes, Times

PAGE_BYTES = 4096

Addresses = NDArray[np.int64]


class Slots:
    """A bounded stack of free slots; the last one given back is lent first.

    So memory is touched as far as packets are under way, not as far as it is allowed:
    an idle link costs address space only.
    """

    def __init__(self, count: int, size: int) -> None:
        self.size, self.count, self.free = size, 0, 0
        self._stack: Addresses = np.empty(0, np.int64)
        self._regions: list[NDArray[np.uint8]] = []
        self.grow(count)

    def grow(self, count: int) -> None:
        """Allow `count` slots in all; fewer than there are changes nothing."""
        more = count - self.count
        if more <= 0:
            return
        # An anonymous map, since numpy's own memory would come in huge pages.
        region = mmap.mmap(-1, -(-more * self.size // PAGE_BYTES) * PAGE_BYTES)
        region.madvise(mmap.MADV_NOHUGEPAGE)
        self._regions.append(np.frombuffer(region, np.uint8))
        addresses = self._regions[-1].ctypes.data + np.arange(more)[::-1] * self.size
        # New slots go below the used ones, whose pages are there already.
        stack = np.empty(count, np.int64)
        stack[:more] = addresses
        stack[more : more + self.free] = self._stack[: self.free]
        self._stack, self.count, self.free = stack, count, self.free + more

    def peek(self, most: int) -> Addresses:
        """Return up to `most` free slots, the next one to be lent first."""
        return self._stack[max(self.free - most, 0) : self.free][::-1]

    def take(self, count: int) -> None:
        """Lend the first `count` slots of the last `peek`."""
        self.free -= count

    def give_back(self, addresses: Addresses) -> None:
        """Return slots that were lent."""
        self._stack[self.free : self.free + len(addresses)] = addresses
        self.free += len(addresses)


class Queue:
    """Packets in the order of their release: address, length and release time.

    A line of twice the slots, moved to its start when it reaches the end, so that
    every batch is one contiguous slice.
    """

    def __init__(self, slots: int) -> None:
        self._head = self._tail = 0
        self._addresses = np.empty(2 * slots, np.int64)
        self._lengths = np.empty(2 * slots, np.int64)
        self._releases = np.empty(2 * slots, np.int64)

    def __len__(self) -> int:
        return self._tail - self._head

    def next_ns(self) -> int:
        """Return the release time of the first packet; there must be one."""
        return int(self._releases[self._head])

    def push(self, addresses: Addresses, lengths: Sizes, releases_ns: Times) -> None:
        """Append packets; their release times never decrease."""
        if self._tail + len(addresses) > len(self._addresses):
            self._compact()
        new = slice(self._tail, self._tail + len(addresses))
        self._addresses[new] = addresses
        self._lengths[new] = lengths
        self._releases[new] = releases_ns
        self._tail = new.stop

    def due(self, until_ns: int, most: int) -> int:
        """Return how many packets are to be released until `until_ns`."""
        end = min(self._head + most, self._tail)
        waiting = self._releases[self._head : end]
        return int(waiting.searchsorted(until_ns, side="right"))

    def peek(self, count: int) -> tuple[Addresses, Sizes, Times]:
        """Return addresses, lengths and release times of the first packets."""
        first = slice(self._head, self._head + count)
        return self._addresses[first], self._lengths[first], self._releases[first]

    def pop(self, count: int) -> None:
        """Drop the first `count` packets."""
        self._head += count
        if self._head == self._tail:
            self._head = self._tail = 0

    def grown(self, slots: int) -> "Queue":
        """Return a queue of the same packets with room for `slots`."""
        queue = Queue(slots)
        queue.push(*self.peek(len(self)))
        return queue

    def _compact(self) -> None:
        waiting = len(self)
        for column in (self._addresses, self._lengths, self._releases):
            column[:waiting] = column[self._head : self._tail]
        self._head, self._tail = 0, waiting

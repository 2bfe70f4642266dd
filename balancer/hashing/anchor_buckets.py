"""AnchorHash's buckets: the four arrays and the stack of the paper's algorithm 3."""

from copy import copy

from .mix import mix


class Buckets:
    """Working and removed buckets; a key finds a working one.

    In the paper `sizes` is A, `successors` K, `_places` L, `_working` W, `_removed` R.

    Args:
        capacity: how many buckets there are at all (a).
        working: how many of them work at first, from 0 on (w).
    """

    def __init__(self, capacity: int, working: int) -> None:
        self.capacity = capacity
        self.sizes = [0] * capacity  # of the working set just after the removal
        self.successors = list(range(capacity))
        self._places = list(range(capacity))
        self._working = list(range(capacity))
        self._removed: list[int] = []
        self._count = capacity
        for bucket in range(capacity - 1, working - 1, -1):
            self.remove(bucket)

    def find(self, key: int) -> int:
        """Return the working bucket of a 64-bit key (GETBUCKET)."""
        sizes, successors = self.sizes, self.successors
        bucket = key % self.capacity
        while size := sizes[bucket]:
            bucket = mix(key ^ mix(bucket)) % size
            while sizes[bucket] >= size:
                bucket = successors[bucket]
        return bucket

    def remove(self, bucket: int) -> None:
        """Take a working bucket out; one must be left (REMOVEBUCKET)."""
        self._removed.append(bucket)
        self._count -= 1
        last = self._working[self._count]
        self.sizes[bucket] = self._count
        self.successors[bucket] = last
        self._working[self._places[bucket]] = last
        self._places[last] = self._places[bucket]

    def add(self) -> int:
        """Put the bucket that was removed last back in, and return it (ADDBUCKET)."""
        bucket = self._removed.pop()
        self.sizes[bucket] = 0
        self._places[self._working[self._count]] = self._count
        self._working[self._places[bucket]] = bucket
        self.successors[bucket] = bucket
        self._count += 1
        return bucket

    def copy(self) -> "Buckets":
        """Return buckets that change on their own."""
        twin = copy(self)
        twin.sizes, twin.successors = self.sizes.copy(), self.successors.copy()
        twin._places, twin._working = self._places.copy(), self._working.copy()
        twin._removed = self._removed.copy()
        return twin

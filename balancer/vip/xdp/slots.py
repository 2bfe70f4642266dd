"""The kernel's slot tables as memory: each pool has two halves, and one is in use."""

import sys
from array import array
from collections.abc import Collection, Iterator, Sequence

from ...hashing.selector import EMPTY
from ..tables.limits import NOBODY
from ..tables.tables import Tables

# A slot is four halfwords (bpf/maps.h): backend, previous, and the word `needed`.
_HALFWORDS, _WORDS = 4, 2
# Of a 32-bit number, the half that a backend's number fits into.
_LOW = 0 if sys.byteorder == "little" else 1


class SlotHalves:
    """Writes a pool's table into the half that no packet looks at.

    Args:
        memory: the map's octets, `slot_entries` slots of them.
    """

    def __init__(self, memory: memoryview) -> None:
        self._halfwords, self._words = memory.cast("H"), memory.cast("I")
        self._sizes: list[int] = []  # by pool, in slots
        self._in_use: list[int] = []  # by pool, which half

    def write(
        self,
        pool: int,
        owners: "array[int]",
        previous: "array[int] | None",
        now_ticks: int,
    ) -> None:
        """Make `owners` the table of a pool, with whom it must remember of the last.

        New pools come in order, and every table of a pool has the size of the first.
        A slot that changes now is needed now; the others stay as they are.
        """
        if pool == len(self._sizes):
            self._sizes.append(len(owners))
            self._in_use.append(1)
            self._previous(pool)[:] = array("H", [NOBODY]) * len(owners)
        before, before_needed = self._previous(pool), self._needed(pool)
        self._in_use[pool] = 1 - self._in_use[pool]
        first, count = self.place(pool)
        span = slice(first * _HALFWORDS, (first + count) * _HALFWORDS, _HALFWORDS)
        self._halfwords[span] = _halfwords_of(owners)
        self._needed(pool)[:] = before_needed
        if previous is None:
            self._previous(pool)[:] = array("H", [NOBODY]) * count
            return
        self._previous(pool)[:] = _halfwords_of(previous)
        for slot in _changes(previous):
            if before[slot] == NOBODY:
                self._needed(pool)[slot] = now_ticks

    def resume(self, sizes: Sequence[int], firsts: Collection[int]) -> None:
        """Go on with tables that are there already.

        Args:
            sizes: slots of each pool's table.
            firsts: the first slots of the halves that are in use.
        """
        for pool, size in enumerate(sizes):
            self._sizes.append(size)
            self._in_use.append(1)
            in_second_half = bool(size) and self.place(pool)[0] in firsts
            self._in_use[pool] = int(in_second_half)

    def read(self, pool: int) -> tuple["array[int]", "array[int] | None"]:
        """Return a pool's table that is in use, and whom it remembers of the last."""
        first, count = self.place(pool)
        span = slice(first * _HALFWORDS, (first + count) * _HALFWORDS, _HALFWORDS)
        owners = _numbers_of(self._halfwords[span])
        previous = _numbers_of(self._previous(pool))
        nobody = previous.count(EMPTY) == len(previous)
        return owners, None if nobody else previous

    def place(self, pool: int) -> tuple[int, int]:
        """Return the first slot of a pool's table, and how many there are."""
        count = self._sizes[pool]
        before = 2 * sum(self._sizes[:pool])
        return before + self._in_use[pool] * count, count

    def changed(self, pool: int) -> dict[int, int]:
        """Return the slots that remember a change, and when that mattered last."""
        previous, needed = self._previous(pool), self._needed(pool)
        return {n: needed[n] for n, owner in enumerate(previous) if owner != NOBODY}

    def _previous(self, pool: int) -> memoryview:
        first, count = self.place(pool)
        span = slice(first * _HALFWORDS + 1, (first + count) * _HALFWORDS, _HALFWORDS)
        return self._halfwords[span]

    def _needed(self, pool: int) -> memoryview:
        first, count = self.place(pool)
        return self._words[first * _WORDS + 1 : (first + count) * _WORDS : _WORDS]


def slot_entries(tables: Tables) -> int:
    """Return how many slots all pools' halves take."""
    return 2 * sum(map(len, tables.slots))


def _halfwords_of(owners: "array[int]") -> memoryview:
    """Return 32-bit numbers as 16-bit ones; `EMPTY` becomes `NOBODY`."""
    return memoryview(owners).cast("B").cast("H")[_LOW::2]


def _numbers_of(halfwords: memoryview) -> "array[int]":
    """Return 16-bit numbers as 32-bit ones; `NOBODY` becomes `EMPTY`."""
    return array("I", [EMPTY if n == NOBODY else n for n in halfwords.tolist()])


def _changes(previous: "array[int]") -> Iterator[int]:
    return (slot for slot, owner in enumerate(previous) if owner != EMPTY)

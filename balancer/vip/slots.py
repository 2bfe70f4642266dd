"""The kernel's slot tables as memory: each pool has two halves, and one is in use."""

import sys
from array import array

from .limits import NOBODY
from .tables import Tables

# A slot is four of these (bpf/maps.h): backend, previous, and two halves of `needed`.
_HALFWORDS = 4
# Of a 32-bit number, the half that a backend's number fits into.
_LOW = 0 if sys.byteorder == "little" else 1


class SlotHalves:
    """Writes a pool's table into the half that no packet looks at.

    Args:
        memory: the map's octets, `slot_entries` slots of them.
    """

    def __init__(self, memory: memoryview) -> None:
        self._halfwords = memory.cast("H")
        self._sizes: list[int] = []  # by pool, in slots
        self._in_use: list[int] = []  # by pool, which half

    def write(self, pool: int, owners: "array[int]") -> None:
        """Make `owners` the table of a pool; new pools come in order.

        Every table of a pool must have the size of the first one.
        """
        if pool == len(self._sizes):
            self._sizes.append(len(owners))
            self._in_use.append(1)
        self._in_use[pool] = 1 - self._in_use[pool]
        first, count = self.place(pool)
        half = self._halfwords[first * _HALFWORDS : (first + count) * _HALFWORDS]
        half[0::_HALFWORDS] = memoryview(owners).cast("B").cast("H")[_LOW::2]
        half[1::_HALFWORDS] = array("H", [NOBODY]) * count

    def place(self, pool: int) -> tuple[int, int]:
        """Return the first slot of a pool's table, and how many there are."""
        count = self._sizes[pool]
        before = 2 * sum(self._sizes[:pool])
        return before + self._in_use[pool] * count, count


def slot_entries(tables: Tables) -> int:
    """Return how many slots all pools' halves take."""
    return 2 * sum(map(len, tables.slots))

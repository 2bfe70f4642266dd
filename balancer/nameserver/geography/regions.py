"""Longest-prefix match over a whole address family, cut into runs of one value.

Runs instead of a trie: a look-up is one search, and the shortest prefix on which the
value is the same follows from the two ends of the run.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .starts import (
    FEW,
    SHORT,
    WORD_BITS,
    Starts,
    Words,
    as_buffer,
    from_buffer,
    pack_starts,
    packed,
    words_of,
)

BITS = {4: 32, 6: 128}

# The first address of a prefix, its length, and a number that says what is there.
Placed = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Regions:
    """Neighbouring runs of addresses, with different values; the first starts at 0.

    Args:
        starts: first address of each run.
        values: what holds from each start to the next one, as numbers.
    """

    starts: Starts
    values: Words

    @property
    def is_constant(self) -> bool:
        """Whether there is one value for the whole family."""
        return len(self.values) == 1

    def lookup(self, address: int) -> tuple[int, int]:
        """Return the value at `address`, and the length of the shortest prefix of
        `address` on which this value is the only one.
        """
        starts = self.starts
        run, bits = starts.run_of(address), starts.bits
        # Most addresses are words, which need no putting together.
        firsts = starts.high if bits <= WORD_BITS else starts
        # A prefix must exclude the addresses just before and just behind the run, so
        # it is longer than what `address` has in common with the nearer of them.
        spare_bits = bits + 1
        if run > 0:
            spare_bits = (address ^ (firsts[run] - 1)).bit_length()
        if run + 1 < len(firsts):
            behind = (address ^ firsts[run + 1]).bit_length()
            spare_bits = min(spare_bits, behind)
        return self.values[run], bits + 1 - spare_bits

    def mapped(self, names: Sequence[int]) -> "Regions":
        """Return the regions with `names[value]` for each value, joined anew."""
        if len(self.values) > FEW:
            return self._mapped_many(names)
        renamed = array(SHORT, [names[value] for value in self.values])
        joints = [at for at in range(1, len(renamed)) if renamed[at] != renamed[at - 1]]
        kept = [0, *joints]
        values = Words(array(SHORT, [renamed[position] for position in kept]))
        return Regions(self.starts.picked(kept), values)

    def _mapped_many(self, names: Sequence[int]) -> "Regions":
        """Do as `mapped` does; a million runs in 10 ms, which queries wait for."""
        import numpy as np

        renamed = np.asarray(names, dtype=np.uint32)[words_of(self.values)]
        differs = np.append(True, renamed[1:] != renamed[:-1])
        kept = np.flatnonzero(differs)
        return Regions(self.starts.picked(kept), packed(renamed[kept]))

    def __reduce__(self) -> tuple[object, ...]:
        return _from_buffers, (self.starts, as_buffer(self.values))


def cut_regions(version: int, placed: Iterable[Placed], default: int = 0) -> Regions:
    """Return the longest-prefix match of the prefixes of one IP version.

    Args:
        version: 4 or 6.
        placed: prefixes, each at most once.
        default: the value outside of all prefixes.
    """
    bits = BITS[version]
    runs = {0: default}
    open_prefixes = [(1 << bits, default)]  # (one past the end, value), innermost last
    for start, length, value in sorted(placed):
        if open_prefixes[-1][0] <= start:
            _close(open_prefixes, start, runs)
        runs[start] = value
        open_prefixes.append((start + (1 << (bits - length)), value))
    _close(open_prefixes, (1 << bits) - 1, runs)
    cut = Regions(pack_starts(bits, runs), Words(array(SHORT, runs.values())))
    return cut.mapped(range(max(cut.values) + 1))


def _from_buffers(starts: Starts, values: object) -> Regions:
    return Regions(starts, from_buffer(values, SHORT))


def _close(
    open_prefixes: list[tuple[int, int]], position: int, runs: dict[int, int]
) -> None:
    """End the prefixes that do not reach `position`; the one around goes on."""
    while open_prefixes[-1][0] <= position:
        end, _ = open_prefixes.pop()
        runs[end] = open_prefixes[-1][1]

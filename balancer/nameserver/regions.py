"""Longest-prefix match over a whole address family, cut into runs of one value.

Runs instead of a trie: a look-up is one bisection, and the shortest prefix on which
the value is the same follows from the two ends of the run.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from ..model import Network

T = TypeVar("T")
U = TypeVar("U")
BITS = {4: 32, 6: 128}


@dataclass(frozen=True, slots=True)
class Regions(Generic[T]):
    """Neighbouring runs of addresses, with different values; the first starts at 0.

    Args:
        bits: length of an address, 32 or 128.
        starts: first address of each run, ascending.
        values: what holds from each start to the next one.
    """

    bits: int
    starts: tuple[int, ...]
    values: tuple[T, ...]

    def lookup(self, address: int) -> tuple[T, int]:
        """Return the value at `address`, and the length of the shortest prefix of
        `address` on which this value is the only one.
        """
        run = bisect_right(self.starts, address) - 1
        # A prefix must exclude the addresses just before and just behind the run, so
        # it is longer than what `address` has in common with the nearer of them.
        spare_bits = self.bits + 1
        if run > 0:
            spare_bits = (address ^ (self.starts[run] - 1)).bit_length()
        if run + 1 < len(self.starts):
            behind = (address ^ self.starts[run + 1]).bit_length()
            spare_bits = min(spare_bits, behind)
        return self.values[run], self.bits + 1 - spare_bits

    def mapped(self, rename: Callable[[T], U]) -> "Regions[U]":
        """Return the regions with `rename(value)` for each value, joined anew."""
        names = {value: rename(value) for value in set(self.values)}
        return _joined(self.bits, self.starts, [names[value] for value in self.values])


def cut_regions(
    version: int, networks: Iterable[tuple[Network, T]], default: T
) -> Regions[T]:
    """Return the longest-prefix match of the `networks` of one IP version.

    Args:
        version: 4 or 6; networks of the other one are left out.
        networks: prefixes, each at most once, with their values.
        default: the value outside of all prefixes.
    """
    bits = BITS[version]
    mine = sorted(
        (int(network.network_address), network.prefixlen, value)
        for network, value in networks
        if network.version == version
    )
    runs = {0: default}
    open_prefixes = [(1 << bits, default)]  # (one past the end, value), innermost last
    for start, length, value in mine:
        _close(open_prefixes, start, runs)
        runs[start] = value
        open_prefixes.append((start + (1 << (bits - length)), value))
    _close(open_prefixes, (1 << bits) - 1, runs)
    return _joined(bits, runs, runs.values())


def _close(
    open_prefixes: list[tuple[int, T]], position: int, runs: dict[int, T]
) -> None:
    """End the prefixes that do not reach `position`; the one around goes on."""
    while open_prefixes[-1][0] <= position:
        end, _ = open_prefixes.pop()
        runs[end] = open_prefixes[-1][1]


def _joined(bits: int, starts: Iterable[int], values: Iterable[T]) -> Regions[T]:
    kept_starts: list[int] = []
    kept_values: list[T] = []
    for start, value in zip(starts, values, strict=True):
        if not kept_values or kept_values[-1] != value:
            kept_starts.append(start)
            kept_values.append(value)
    return Regions(bits, tuple(kept_starts), tuple(kept_values))

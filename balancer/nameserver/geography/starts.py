"""The first addresses of runs, ascending and packed, and a quick search in them."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from pickle import PickleBuffer
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WORD_BITS = 64
WORD_MASK = (1 << WORD_BITS) - 1
BUCKET_BITS = 16
FEW = 4096  # runs, up to which it is not worth the time to import numpy
# Formats of words of 32 and 64 bits.
SHORT: Final = "I"
LONG: Final = "Q"

# Numbers in a buffer: it may lie in an array, or in memory that processes share.
Words = memoryview


class Starts:
    """Ascending addresses of one family, the first of which is 0.

    An address of 128 bits is two words, `high` and `low`; one of 32 is `high` alone.
    So a million of them take 4 or 16 MB, as against 60 MB for integers of Python.

    `high` is divided into equal buckets between its second address and its last one,
    so that a search ends after few steps whether there are a thousand or a million.
    """

    __slots__ = ("_base", "_buckets", "_shift", "bits", "high", "low")

    def __init__(self, bits: int, high: Words, low: Words) -> None:
        self.bits, self.high, self.low = bits, high, low
        self._base = high[1] if len(high) > 1 else 0
        span = high[-1] - self._base
        bucket_bits = BUCKET_BITS if len(high) > FEW else 0
        self._shift = max(span.bit_length() - bucket_bits, 0)
        self._buckets = _bucket_counts(high, self._base, self._shift)

    def __len__(self) -> int:
        return len(self.high)

    def __getitem__(self, run: int) -> int:
        if self.bits <= WORD_BITS:
            return self.high[run]
        return self.high[run] << WORD_BITS | self.low[run]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Starts) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash((self.bits, len(self)))

    def __reduce__(self) -> tuple[object, ...]:
        return _from_buffers, (self.bits, as_buffer(self.high), as_buffer(self.low))

    def run_of(self, address: int) -> int:
        """Return the number of the run that holds an address."""
        if self.bits <= WORD_BITS:
            return self._last(address)
        word = address >> WORD_BITS
        last = self._last(word)
        if self.high[last] != word:
            return last
        first = bisect_left(self.high, word, 0, last)
        return bisect_right(self.low, address & WORD_MASK, first, last + 1) - 1

    def picked(self, kept: "Sequence[int] | NDArray[np.intp]") -> "Starts":
        """Return the starts at these positions; the first one must be 0."""
        low = self.low if self.bits <= WORD_BITS else _picked(self.low, kept)
        return Starts(self.bits, _picked(self.high, kept), low)

    def _last(self, word: int) -> int:
        """Return the last position whose high word is not above `word`."""
        bucket = (word - self._base) >> self._shift
        if bucket < 0:
            return 0
        if bucket >= len(self._buckets) - 1:
            return len(self.high) - 1
        below, until = self._buckets[bucket], self._buckets[bucket + 1]
        return bisect_right(self.high, word, below, until) - 1

    def _parts(self) -> tuple[int, Words, Words]:
        return self.bits, self.high, self.low


def pack_starts(bits: int, addresses: Iterable[int]) -> Starts:
    """Return the starts of a family whose addresses have this many bits."""
    if bits <= WORD_BITS:
        return Starts(bits, Words(array(SHORT, addresses)), Words(array(LONG)))
    both = list(addresses)
    high = array(LONG, (address >> WORD_BITS for address in both))
    low = array(LONG, (address & WORD_MASK for address in both))
    return Starts(bits, Words(high), Words(low))


def words_of(words: Words) -> "NDArray[np.unsignedinteger]":
    """Return numbers for numpy, without copying them."""
    import numpy as np

    return np.asarray(words)


def packed(numbers: "NDArray[np.unsignedinteger]") -> Words:
    """Return numpy's numbers of 32 or 64 bits."""
    octets: memoryview = numbers.data.cast("B")
    return octets.cast(SHORT) if numbers.itemsize == 4 else octets.cast(LONG)


def as_buffer(words: Words) -> PickleBuffer:
    """Return words so that pickle can leave them where they are."""
    return PickleBuffer(words.cast("B") if words else bytearray())


def from_buffer(buffer: object, kind: Literal["I", "Q"]) -> Words:
    """Return the words of a buffer that pickle gave back."""
    octets = memoryview(buffer)  # type: ignore[arg-type]
    return octets.cast(kind) if octets else Words(array(kind))


def _from_buffers(bits: int, high: object, low: object) -> Starts:
    words = from_buffer(high, SHORT if bits <= WORD_BITS else LONG)
    return Starts(bits, words, from_buffer(low, LONG))


def _picked(words: Words, kept: "Sequence[int] | NDArray[np.intp]") -> Words:
    if len(words) > FEW:
        return packed(words_of(words)[kept])
    return Words(array(words.format, [words[position] for position in kept]))


def _bucket_counts(high: Words, base: int, shift: int) -> Words:
    """Return how many starts lie below each bucket, and below all there could be."""
    last = (high[-1] - base) >> shift
    if last == 0:
        return Words(array(SHORT, [bisect_left(high, base), len(high)]))
    import numpy as np

    words = words_of(high)
    offsets = np.arange(last + 1, dtype=np.uint64) << np.uint64(shift)
    bounds = (np.uint64(base) + offsets).astype(words.dtype)
    below = np.searchsorted(words, bounds, side="left").astype(np.uint32)
    return packed(np.append(below, np.uint32(len(high))))

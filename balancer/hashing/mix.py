"""Mixing of 64-bit words, one at a time and by the array: both give the same."""

from array import array

import mmh3
import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Owners = NDArray[np.uint32]

# SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
# OOPSLA 2014, figure 16, with the mixer that is Stafford's variant 13.
_STEP, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_WORD = (1 << 64) - 1


def mix(word: int) -> int:
    """Return SplitMix64's first output from a seed; every bit depends on every bit."""
    word = (word + _STEP) & _WORD
    word = (word ^ word >> 30) * _FIRST & _WORD
    word = (word ^ word >> 27) * _SECOND & _WORD
    return word ^ word >> 31


def mix_words(words: Words) -> Words:
    """Return `mix` of each word."""
    words = words + np.uint64(_STEP)
    words ^= words >> np.uint64(30)
    words *= np.uint64(_FIRST)
    words ^= words >> np.uint64(27)
    words *= np.uint64(_SECOND)
    words ^= words >> np.uint64(31)
    return words


def seed_of(name: str) -> int:
    """Return the 64-bit word that stands for a backend's name."""
    seed: int = mmh3.hash64(name, signed=False)[0]
    return seed


def sequence(seed: int, count: int) -> Words:
    """Return the first `count` outputs of SplitMix64; a longer one starts the same."""
    steps = np.arange(count, dtype=np.uint64) * np.uint64(_STEP)
    return mix_words(steps + np.uint64(seed))


def slot_keys(slots: int) -> Words:
    """Return a 64-bit key for each slot, for methods that spread keys, not slots."""
    return mix_words(np.arange(slots, dtype=np.uint64))


def key_of(hash32: int) -> int:
    """Return the 64-bit key of a flow's hash."""
    return mix(hash32)


def as_slots(owners: Owners) -> "array[int]":
    """Return owners as the array of 32-bit words that the kernel's table is."""
    return array("I", owners.astype(np.uint32).tobytes())

"""What a program counts by reason: an array of 64-bit counters, one on each CPU."""

from enum import IntEnum
from struct import Struct

from .maps import Map

_COUNTER = Struct("=Q")
_INDEX = Struct("=I")


def read_counters(counters: Map, reasons: type[IntEnum]) -> dict[str, int]:
    """Return what was counted for each reason, by its name, over all CPUs."""
    return {reason.name: total(counters, reason) for reason in reasons}


def total(counters: Map, index: int) -> int:
    """Return what was counted at `index`, over all CPUs."""
    return sum(_COUNTER.unpack(it)[0] for it in counters.lookup(_INDEX.pack(index)))

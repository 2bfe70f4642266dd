"""The table of counters that the relay and who watches it share in memory.

Reading it costs the relay nothing, so that watching does not make packets late.
"""

import mmap
import os
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from .lateness import BUCKETS

Row = NDArray[np.int64]


class Field(IntEnum):
    """Columns of a row; the histogram of lateness follows from HISTOGRAM on."""

    PACKETS = 0
    BYTES = 1
    LOSS = 2
    QUEUE = 3
    SLOTS = 4
    KERNEL = 5
    DOWN = 6
    OVERSIZE = 7
    LATEST_NS = 8
    EARLIEST_NS = 9
    HISTOGRAM = 16


ROWS = 2048
COLUMNS = Field.HISTOGRAM + BUCKETS


def create_table() -> int:
    """Return the descriptor of a new table, all zero; untouched rows cost nothing."""
    descriptor = os.memfd_create("frontlab-relay-counters")
    os.ftruncate(descriptor, ROWS * COLUMNS * 8)
    return descriptor


def open_table(descriptor: int) -> NDArray[np.int64]:
    """Return the table behind `descriptor` as an array of shape (ROWS, COLUMNS)."""
    memory = mmap.mmap(descriptor, ROWS * COLUMNS * 8)
    return np.frombuffer(memory, np.int64).reshape(ROWS, COLUMNS)

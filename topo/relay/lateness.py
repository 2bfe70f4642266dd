"""A histogram of how late packets left: signed, 10 us fine where it matters."""

import numpy as np
from numpy.typing import NDArray

from .schedule import Times

FINE_NS = 10_000
# Upper edges: every 10 us from -0.5 ms to 1 ms, then each 10 % higher up to 10 s.
EDGES_NS: NDArray[np.int64] = np.concatenate(
    [
        np.arange(-500_000, 1_000_000, FINE_NS, dtype=np.int64),
        np.geomspace(1e6, 1e10, 98).astype(np.int64),
    ]
)
BUCKETS = len(EDGES_NS) + 1


def count(lateness_ns: Times) -> NDArray[np.int64]:
    """Return how many of `lateness_ns` fall into each bucket."""
    buckets = EDGES_NS.searchsorted(lateness_ns)
    return np.bincount(buckets, minlength=BUCKETS)


def quantile_us(histogram: NDArray[np.int64], share: float) -> float:
    """Return the lateness that `share` of the packets stay within, in us.

    The middle of the bucket is told; nan for an empty histogram.
    """
    total = int(histogram.sum())
    if not total:
        return float("nan")
    rank = share * (total - 1)
    bucket = int(np.cumsum(histogram).searchsorted(rank, side="right"))
    high = int(EDGES_NS[min(bucket, len(EDGES_NS) - 1)])
    low = int(EDGES_NS[bucket - 1]) if 0 < bucket < len(EDGES_NS) else high
    return (low + high) / 2000

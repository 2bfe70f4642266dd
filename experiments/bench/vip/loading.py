"""How long a start waits for the XDP program: read, verified, and its tables written.

Meanwhile the program before forwards on, also at a reload that needs another program.
Most of it is the verifier's time; CPU time is told, as other work only adds to it.
"""

import time
from statistics import median

from balancer.vip.datapath import open_datapath

from ..figure import Figure
from . import balanced

ROUNDS = 9
TARGET_MS = 250.0
_MS_PER_S = 1e3


def run() -> list[Figure]:
    """Load the program of 8 backends and four VIPs; takes about 1 s, and needs root."""
    loaded_ms = median(_loaded_ms() for _ in range(ROUNDS))
    within = loaded_ms <= TARGET_MS
    return [Figure("XDP program loaded", loaded_ms, "ms", TARGET_MS, within)]


def _loaded_ms() -> float:
    started_s = time.process_time()
    with open_datapath(balanced.tables()):
        return (time.process_time() - started_s) * _MS_PER_S

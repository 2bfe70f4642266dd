"""How long a start waits for the XDP program: read, verified, and its tables written.

Meanwhile the program before forwards on, also at a reload that needs another program.
Most of it is the verifier's time, which looks at the modes of forwarding that VIPs have
alone; CPU time is told, as other work only adds to it.
"""

import time
from collections.abc import Set as AbstractSet
from dataclasses import replace
from statistics import median

from balancer.model import Forwarding
from balancer.vip.tables.tables import Tables
from balancer.vip.xdp.datapath import open_datapath

from ..figure import Figure
from . import balanced

ROUNDS = 9
TARGET_MS = 250.0
_MS_PER_S = 1e3


def run() -> list[Figure]:
    """Load the program of 8 backends and four VIPs; takes about 5 s, and needs root."""
    one_ms = _median_ms({Forwarding.GRE})
    every_ms = _median_ms(frozenset(Forwarding))
    within = one_ms <= TARGET_MS
    return [
        Figure("XDP program loaded", one_ms, "ms", TARGET_MS, within),
        Figure("XDP program loaded, VIPs of every mode", every_ms, "ms"),
    ]


def _median_ms(modes: AbstractSet[Forwarding]) -> float:
    tables = balanced.tables()
    options = replace(tables.options, forwardings=frozenset(modes))
    tables = replace(tables, options=options)
    return median(_loaded_ms(tables) for _ in range(ROUNDS))


def _loaded_ms(tables: Tables) -> float:
    started_s = time.process_time()
    with open_datapath(tables):
        return (time.process_time() - started_s) * _MS_PER_S

"""How exact the relay is, how much it carries without loss, and what it costs."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from topo.world.records import Shape, WanLink

from ..figure import Figure
from .stream import Arrivals, Stream, run_stream
from .wire import Wire, wire

DELAYS_MS = (1.0, 10.0, 50.0, 150.0)
PACED = Stream(count=600, pps=1000)
ROUNDS = 5
MEDIAN_TARGET_US, P99_TARGET_US = 50.0, 500.0

# 1472 bytes of UDP payload make a packet of 1500.
FLOOD = Stream(count=100_000, pps=100_000, size=1472)
FLOOD_DELAY_MS, FLOOD_LEAST_PPS = 10.0, 97_000.0

# 1 Gbit/s for 150 ms are 18.75 MB under way.
FULL_RATE_MBIT, FULL_DELAY_MS = 1000.0, 150.0
FULL = Stream(count=80_000, pps=80_000, size=1472)
BDP_MB = FULL_RATE_MBIT / 8 * FULL_DELAY_MS / 1000
MEMORY_TARGET_MB = 1.4 * BDP_MB + 40
MB = 1e6


def run() -> list[Figure]:
    """Run streams through a relay on a core of its own; takes about 25 s."""
    figures = [figure for delay_ms in DELAYS_MS for figure in _exactness(delay_ms)]
    return [*figures, *_flood(), *_memory()]


def _exactness(delay_ms: float) -> list[Figure]:
    with wire(_both(Shape(delay_ms))) as joined:
        rounds = [_stream(joined, PACED).errors_us(delay_ms) for _ in range(ROUNDS)]
    median_us = _middle(rounds, 50)
    name = f"relay one-way error at {delay_ms:g} ms, 1 kpps"
    kept = abs(median_us) <= MEDIAN_TARGET_US
    return [
        Figure(f"{name}, median", median_us, "us", MEDIAN_TARGET_US, kept),
        _at_most(f"{name}, p99", _middle(rounds, 99), "us", P99_TARGET_US),
        Figure(
            f"{name}, max of all", max(float(errors.max()) for errors in rounds), "us"
        ),
    ]


def _flood() -> list[Figure]:
    with wire(_both(Shape(FLOOD_DELAY_MS))) as joined:
        rounds = [_stream(joined, FLOOD) for _ in range(ROUNDS)]
    lost = [FLOOD.count - len(arrivals.sequence) for arrivals in rounds]
    errors_us = [arrivals.errors_us(FLOOD_DELAY_MS) for arrivals in rounds]
    pps = [arrivals.pps() for arrivals in rounds]
    name = f"relay, 100 kpps of 1500 B, best of {ROUNDS}"
    best = max(
        range(ROUNDS), key=lambda i: (pps[i] >= FLOOD_LEAST_PPS, -lost[i], pps[i])
    )
    # A sender that was held up itself proves nothing, whatever was lost.
    carried = lost[best] == 0 and pps[best] >= FLOOD_LEAST_PPS
    return [
        Figure(f"{name}, lost", lost[best], "packets", 0, carried),
        Figure(f"{name}, delivered", pps[best], "packets/s", FLOOD_LEAST_PPS, carried),
        Figure(f"{name}, p99 error", float(np.percentile(errors_us[best], 99)), "us"),
        Figure("relay, 100 kpps of 1500 B, worst, lost", max(lost), "packets"),
    ]


def _middle(rounds: list[NDArray[np.float64]], percent: float) -> float:
    """Return the middle one of the rounds' percentiles: a shared machine stalls."""
    return float(np.median([np.percentile(errors, percent) for errors in rounds]))


def _memory() -> list[Figure]:
    shape = Shape(FULL_DELAY_MS, rate_mbit=FULL_RATE_MBIT)
    with wire(_both(shape)) as joined:
        arrivals = _stream(joined, FULL)
        memory_mb = _peak_memory_mb(joined)
    name = f"relay, {FULL_RATE_MBIT:g} Mbit/s at {FULL_DELAY_MS:g} ms"
    delivered = len(arrivals.sequence) / FULL.count
    return [
        _at_most(f"{name}, memory", memory_mb, "MB", MEMORY_TARGET_MB),
        Figure(f"{name}, delivered", delivered, "ratio", against="sent"),
    ]


def _stream(joined: Wire, stream: Stream) -> Arrivals:
    """Run `stream` from a to b, with the relay on one core and the rest on another."""
    first, *others = sorted(os.sched_getaffinity(0))
    with_relay, without = {(others or [first])[-1]}, frozenset({first})
    os.sched_setaffinity(joined.relay, with_relay)
    return run_stream(stream, joined.a, joined.b, joined.address_b, without)


def _peak_memory_mb(joined: Wire) -> float:
    status = Path(f"/proc/{joined.relay}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) * 1024 / MB


def _both(shape: Shape) -> WanLink:
    return WanLink("a", "b", shape, shape)


def _at_most(name: str, value: float, unit: str, target: float) -> Figure:
    return Figure(name, value, unit, target, value <= target)

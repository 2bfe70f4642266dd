"""How long a table of slots takes to make by each way of selecting, and a pick."""

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median

from balancer.hashing.catalogue import NAMES, POLICIES, selector
from balancer.hashing.selector import WeightedName

from ..figure import Figure

BACKENDS, SLOTS, LARGE = 1000, 65537, 655373
ROUNDS, PICKS = 5, 2000
BUILD_TARGET_MS = 60.0
HASHING = tuple(name for name in NAMES if name not in POLICIES)
GOLDEN = 0x9E3779B1  # steps through all 32-bit numbers without a pattern
MS_PER_S, NS_PER_S = 1e3, 1e9


def run() -> list[Figure]:
    """Build and pick among 1000 backends; takes about 8 s."""
    equal, weighted = backends(BACKENDS), backends(BACKENDS, most_weight=4)
    others = [name for name in HASHING if name != "maglev"]
    return [
        _maglev("Maglev 65537", equal, SLOTS, BUILD_TARGET_MS),
        _maglev("Maglev 65537, weights 1 to 4", weighted, SLOTS, BUILD_TARGET_MS),
        _maglev("Maglev 655373", equal, LARGE, None),
        *(_build(name, equal) for name in others),
        *(_pick(name, equal) for name in NAMES),
    ]


def backends(count: int, most_weight: int = 1, seed: int = 0) -> list[WeightedName]:
    """Return backends with weights 1, 2, ... `most_weight`, 1, ...; names by seed."""
    return [
        WeightedName(f"be{seed}-{number}", number % most_weight + 1)
        for number in range(count)
    ]


def _maglev(
    name: str, among: Sequence[WeightedName], slots: int, target_ms: float | None
) -> Figure:
    taken_ms = _table_ms("maglev", {"size": slots}, among, slots)
    met = None if target_ms is None else taken_ms <= target_ms
    title = f"{name} x {len(among)} backends, built as the kernel's words"
    return Figure(title, taken_ms, "ms", target_ms, met)


def _build(name: str, among: Sequence[WeightedName]) -> Figure:
    taken_ms = _table_ms(name, {}, among, SLOTS)
    return Figure(f"{name}: {SLOTS} slots of {len(among)} backends", taken_ms, "ms")


def _table_ms(
    name: str,
    options: Mapping[str, object],
    among: Sequence[WeightedName],
    slots: int,
) -> float:
    method = selector(name, options)

    def make() -> None:
        method.build(among).table(slots).tobytes()

    return median(_taken_s(make) for _ in range(ROUNDS)) * MS_PER_S


def _pick(name: str, among: Sequence[WeightedName]) -> Figure:
    built = selector(name).build(among)
    hashes = [GOLDEN * number & 0xFFFFFFFF for number in range(PICKS)]

    def pick() -> None:
        for hash32 in hashes:
            built.pick(hash32)

    taken_s = median(_taken_s(pick) for _ in range(ROUNDS))
    title = f"{name}: a pick among {len(among)} backends, in Python"
    return Figure(title, taken_s / PICKS * NS_PER_S, "ns")


def _taken_s(work: Callable[[], None]) -> float:
    started_s = time.perf_counter()
    work()
    return time.perf_counter() - started_s

"""From a configuration to who is checked, and how."""

from collections.abc import Iterator, Mapping

from .config import BackendTable, PoolTable, VipConfig
from .probe import Target

# Marks of packets by backend; others' marks, which are small by custom, are left alone.
MARK = 0x4C420000
Marks = Mapping[tuple[str, str], int]


def targets_of(config: VipConfig, marks: Marks) -> tuple[Target, ...]:
    """Return the targets; `marks` has each pool's and backend's for the tunnel."""
    return tuple(
        target
        for pool in config.pool
        for backend in pool.backend
        for target in _targets(config, pool, backend, marks)
    )


def _targets(
    config: VipConfig, pool: PoolTable, backend: BackendTable, marks: Marks
) -> Iterator[Target]:
    health = pool.health
    for aspect in config.aspects(pool):
        yield Target(
            pool=pool.name,
            backend=backend.name,
            address=aspect or str(backend.address),
            port=health.port,
            path=health.path if health.kind == "http" else None,
            interval_s=health.interval,
            timeout_s=health.timeout,
            aspect=aspect,
            mark=marks[pool.name, backend.name] if aspect else 0,
        )

"""From a configuration to who is checked, and how."""

from collections.abc import Iterator, Mapping

from ...model import Forwarding
from ..settings.config import OWN, OWN6, BackendTable, PoolTable, VipConfig
from .probe import Target

# Others' marks, which are small by custom, are left alone.
_MARK = 0x4C420000
_NUMBER_BITS = 12
# Marks of packets by pool, backend and the VIP's address.
Marks = Mapping[tuple[str, str, str], int]


def mark_of(number: int, mode: Forwarding) -> int:
    """Return the mark of packets that go to a backend in a mode of forwarding."""
    return _MARK | mode << _NUMBER_BITS | number


def targets_of(config: VipConfig, marks: Marks) -> tuple[Target, ...]:
    """Return the targets; `marks` has those of checks that go where packets go."""
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
        mark = marks.get((pool.name, backend.name, aspect))
        own = {OWN: backend.address, OWN6: backend.address6}
        if aspect not in own and mark is None:
            continue  # until it is known where it is
        yield Target(
            pool=pool.name,
            backend=backend.name,
            address=str(own.get(aspect, aspect)),
            port=health.port,
            path=health.path if health.kind == "http" else None,
            interval_s=health.interval,
            timeout_s=health.timeout,
            aspect=aspect,
            mark=mark or 0,
        )

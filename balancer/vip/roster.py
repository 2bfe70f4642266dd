"""Who serves: from results of checks to the tables that are wanted; no I/O."""

from collections.abc import Mapping, Sequence

from ..model import Pool
from .health import Health, Thresholds, observe
from .tables import Tables, serve, serving_set


class Roster:
    """The health of every backend, and the tables that follow from it.

    Until each backend was checked once, all of them serve.

    Args:
        pools: the pools in the order of the configuration.
        thresholds: for each pool by name.
        tables: those in which every backend serves.
    """

    def __init__(
        self,
        pools: Sequence[Pool],
        thresholds: Mapping[str, Thresholds],
        tables: Tables,
    ) -> None:
        self.tables = tables
        self.pools = pools
        self._thresholds = thresholds
        self._healths = {
            pool.name: {backend.name: Health() for backend in pool.backends}
            for pool in pools
        }
        self._serving = {
            pool.name: frozenset(self._healths[pool.name]) for pool in pools
        }

    def note(self, pool: str, backend: str, passed: bool) -> bool:
        """Take in a check's result; return whether the backend's health changed."""
        before = self._healths[pool][backend]
        after = observe(before, passed, self._thresholds[pool])
        self._healths[pool][backend] = after
        return after.alive != before.alive

    def is_complete(self) -> bool:
        """Whether every backend was checked at least once."""
        return all(
            health.alive is not None
            for healths in self._healths.values()
            for health in healths.values()
        )

    def alive(self) -> frozenset[tuple[str, str]]:
        """Return who counts as alive now, as pool and backend."""
        return frozenset(
            (pool, backend)
            for pool, healths in self._healths.items()
            for backend, health in healths.items()
            if health.alive
        )

    def update(self) -> Tables:
        """Return the tables wanted now; pools in which nothing changed stay as are."""
        for pool in self.pools:
            serving = serving_set(pool, self._alive(pool), self._serving[pool.name])
            if serving != self._serving[pool.name]:
                self.tables = serve(self.tables, self.pools, pool.name, serving)
                self._serving[pool.name] = serving
        return self.tables

    def _alive(self, pool: Pool) -> frozenset[str]:
        healths = self._healths[pool.name]
        return frozenset(name for name, health in healths.items() if health.alive)

"""When a backend counts as alive: results of checks in a row, and no clock."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How many equal results in a row change a backend's health."""

    rise: int
    fall: int


@dataclass(frozen=True, slots=True)
class Health:
    """A backend's health; `alive` is None before the first check has ended.

    Args:
        alive: what it counts as.
        against: results in a row that say otherwise.
    """

    alive: bool | None = None
    against: int = 0


def observe(health: Health, passed: bool, thresholds: Thresholds) -> Health:
    """Return the health after one more check.

    The first result counts at once: a start should not take `rise` intervals.
    """
    if health.alive is None or passed == health.alive:
        return Health(passed)
    against = health.against + 1
    needed = thresholds.rise if passed else thresholds.fall
    return Health(passed) if against >= needed else Health(health.alive, against)

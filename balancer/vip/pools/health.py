"""When a backend counts as alive: results of checks in a row, and no clock."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How many equal results in a row change a backend's health."""

    rise: int
    fall: int


@dataclass(frozen=True, slots=True)
class Health:
    """A backend's health; `alive` is None until checks have told.

    Args:
        alive: what it counts as.
        against: results in a row that say otherwise.
    """

    alive: bool | None = None
    against: int = 0

    @property
    def is_checked(self) -> bool:
        """Whether a check has ended, though it may not have told."""
        return self.alive is not None or self.against > 0


def observe(health: Health, passed: bool, thresholds: Thresholds) -> Health:
    """Return the health after one more check.

    Of whom nothing is known, one pass tells that it lives, since a start should not
    take `rise` intervals. One failure tells no more than it does later: it may be the
    way there that is not known yet, by ARP or to a router that only starts.
    """
    if passed == health.alive or (passed and health.alive is None):
        return Health(passed)
    against = health.against + 1
    needed = thresholds.rise if passed else thresholds.fall
    return Health(passed) if against >= needed else Health(health.alive, against)

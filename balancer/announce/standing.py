"""Whether a server is fit to be announced: results of checks in, a verdict out."""

from collections.abc import Iterable

from ..vip.pools.health import Health, Thresholds, observe


class Standing:
    """The health of every check, and what follows from all.

    Args:
        checks: name of each check and of what it says something about: of checks
            about the same, one that passes is enough.
        thresholds: how many results in a row change a check's health.
    """

    def __init__(
        self, checks: Iterable[tuple[str, str]], thresholds: Thresholds
    ) -> None:
        self._subjects = dict(checks)
        self._thresholds = thresholds
        self.health = dict.fromkeys(self._subjects, Health())

    def note(self, check: str, passed: bool) -> bool:
        """Take in a result; return whether the check's health has changed."""
        before = self.health[check]
        self.health[check] = observe(before, passed, self._thresholds)
        return self.health[check].alive != before.alive

    @property
    def is_complete(self) -> bool:
        """Whether every check has ended at least once."""
        return all(health.is_checked for health in self.health.values())

    @property
    def is_fit(self) -> bool:
        """Whether there is a check that passes about each subject."""
        return not self.ailing()

    def ailing(self) -> list[str]:
        """Return the subjects about which no check passes."""
        well = {self._subjects[name] for name, it in self.health.items() if it.alive}
        return sorted(set(self._subjects.values()) - well)

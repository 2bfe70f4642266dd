"""Keeps the kernel's tables as the roster wants them, check by check."""

import logging

from ..ready import announce
from .datapath import Datapath
from .probe import Target
from .roster import Roster

log = logging.getLogger("frontlab-vip")


class Keeper:
    """Takes in checks and writes tables; is ready after the first round of checks.

    Args:
        roster: who serves.
        datapath: where the tables go.
        notify_descriptor: where readiness is announced.
    """

    def __init__(
        self, roster: Roster, datapath: Datapath, notify_descriptor: int | None
    ) -> None:
        self._roster, self._datapath = roster, datapath
        self._notify_descriptor = notify_descriptor
        self._is_ready = False
        self.healthy: frozenset[tuple[str, str]] = frozenset()

    def checked(self, target: Target, failure: str) -> None:
        """Take in a check's end; `failure` is "" when it passed."""
        changed = self._roster.note(target.pool, target.backend, not failure)
        if changed and (failure or self._is_ready):
            state = f"down: {failure}" if failure else "up"
            log.warning("backend %s of %s is %s", target.backend, target.pool, state)
        if self._is_ready and changed:
            self._write()
        elif not self._is_ready and self._roster.is_complete():
            self._write()
            announce(self._notify_descriptor)
            self._is_ready = True

    def _write(self) -> None:
        """Write the tables; only then is a change of health told to who asks."""
        self._datapath.write(self._roster.update())
        self.healthy = self._roster.alive()

"""What PID 1 of a sandbox waits for: signals, and the deaths of its children."""

import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

from balancer.errors import FrontlabError

# Blocked in every process of ours around the sandbox, and taken one by one.
FORWARDED = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT})
WATCHED = FORWARDED | {signal.SIGCHLD}

TAIL_LINES = 5


class Interrupted(Exception):
    """A signal told the sandbox to end before it had a main process."""

    def __init__(self, signal_number: int) -> None:
        self.signal_number = signal_number
        super().__init__(signal.Signals(signal_number).name)


@dataclass(frozen=True, slots=True)
class Daemon:
    """A child whose death ends the sandbox."""

    name: str
    log: Path

    def obituary(self, exit_code: int) -> str:
        """What it died of, and the last lines of its log."""
        lines = [f"{self.name} died ({_cause(exit_code)}); its log ends:"]
        if self.log.exists():
            text = self.log.read_text(errors="replace")
            lines += [f"  {line}" for line in text.splitlines()[-TAIL_LINES:]]
        return "\n".join(lines)


@dataclass(slots=True)
class Watch:
    """The children of PID 1, and where its signals go; these must be blocked.

    `daemons` is by process id; `main_pid` gets the signals, once it exists.
    """

    daemons: dict[int, Daemon] = field(default_factory=dict)
    main_pid: int | None = None
    _awaited: dict[int, int | None] = field(default_factory=dict)

    def wait_for(self, pid: int, what: str, within_s: float | None = None) -> int:
        """Return child `pid`'s exit status as a shell has it (128 + signal).

        Raises:
            FrontlabError: a daemon died meanwhile, or `within_s` seconds passed.
            Interrupted: a signal came and there is no main process to take it.
        """
        deadline = None if within_s is None else time.monotonic() + within_s
        self._awaited[pid] = None
        self._reap()
        while self._awaited[pid] is None:
            left_s = None if deadline is None else deadline - time.monotonic()
            if left_s is not None and left_s < 0:
                raise FrontlabError(f"{what}: not within {within_s:g} s")
            self.step(left_s)
        exit_code = self._awaited.pop(pid) or 0
        return exit_code if exit_code >= 0 else 128 - exit_code

    def step(self, within_s: float | None) -> None:
        """Take one signal, waiting at most `within_s` seconds, and act on it."""
        if within_s is None:
            number: int | None = signal.sigwait(WATCHED)
        else:
            received = signal.sigtimedwait(WATCHED, within_s)
            number = received.si_signo if received else None
        # A thread that does not block SIGCHLD may have had it: look before giving up.
        if number in (None, signal.SIGCHLD):
            self._reap()
        else:
            self._forward(number)

    def _forward(self, number: int) -> None:
        if self.main_pid is None:
            raise Interrupted(number)
        os.kill(self.main_pid, number)

    def _reap(self) -> None:
        """Collect every ended child; orphans of the sandbox are children too."""
        dead: list[str] = []
        while ended := _next_ended():
            pid, exit_code = ended
            if daemon := self.daemons.pop(pid, None):
                dead.append(daemon.obituary(exit_code))
            if pid in self._awaited:
                self._awaited[pid] = exit_code
        if dead:
            raise FrontlabError("\n".join(dead))


def _next_ended() -> tuple[int, int] | None:
    try:
        pid, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return (pid, os.waitstatus_to_exitcode(status)) if pid else None


def _cause(exit_code: int) -> str:
    return f"status {exit_code}" if exit_code >= 0 else f"signal {-exit_code}"

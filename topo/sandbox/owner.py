"""Holding a child: signals go on to it, its end and its report come back."""

import os
import signal
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress

from balancer.errors import FrontlabError

from .process import fork_tied, readable
from .report import Report, Reporter
from .syscalls import set_process_name
from .watch import FORWARDED

HOLDER_NAME = "frontlab-hold"

# After SIGTERM the child has this long before it is killed.
GRACE_S = 2.0

# After the holder's death the kernel has this long to end the rest.
GONE_WITHIN_S = 5.0

# What the owner does not take ends it, and the child with it.
TAKEN = (signal.SIGINT, signal.SIGTERM)

Starter = Callable[[Reporter, Collection[int]], int]


def supervise(start: Starter, name: str) -> int:
    """Hold the child that `start` forks until it ends; return its exit code.

    `start` runs in a process of its own, the holder, with the signals blocked that
    go on to the child. It gets a reporter and the mask to restore, and returns the
    child's process id. The exit code is negative when a signal killed the child.

    Raises:
        FrontlabError: the child reported it, or the holder was killed.
    """
    reader, writer = os.pipe()
    report = Report(reader)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, FORWARDED)
    try:
        holder_pid = fork_tied(lambda: _hold(start, Reporter(writer), mask))
        os.close(writer)
        with _signals_to_pipe(mask) as signals:
            return _Owner(name, report, signals).wait(holder_pid)
    finally:
        report.close()
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _hold(start: Starter, report: Reporter, mask: Collection[int]) -> int:
    set_process_name(HOLDER_NAME)
    try:
        child_pid = start(report, mask)
    except FrontlabError as error:
        report.error(error)
        return 1
    report.started(child_pid)
    report.ended(os.waitstatus_to_exitcode(os.waitpid(child_pid, 0)[1]))
    return 0


@contextmanager
def _signals_to_pipe(mask: Collection[int]) -> Iterator[int]:
    """Have the signals TAKEN written into a pipe, whose reading end this yields."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    old_writer = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    old_handlers = {number: signal.signal(number, _ignore) for number in TAKEN}
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    try:
        yield reader
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, FORWARDED)
        for number, handler in old_handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(old_writer)
        os.close(reader)
        os.close(writer)


def _ignore(*_: object) -> None:
    """Do nothing: the wake-up descriptor has carried the signal."""


class _Owner:
    """Waits for one holder and its child."""

    def __init__(self, name: str, report: Report, signals: int) -> None:
        self._name, self._report, self._signals = name, report, signals
        self._taken: list[int] = []
        self._kill_at_s: float | None = None
        self._killed = False

    def wait(self, holder_pid: int) -> int:
        """Return the child's exit code, after child and holder are gone."""
        holder = os.pidfd_open(holder_pid)
        try:
            while not self._step(holder):
                self._pass_signals_on()
        finally:
            os.close(holder)
        exit_code = os.waitstatus_to_exitcode(os.waitpid(holder_pid, 0)[1])
        # Every process of a sandbox has the pipe open: at its end they are all gone.
        gone_by_s = time.monotonic() + GONE_WITHIN_S
        while not self._report.at_end and time.monotonic() < gone_by_s:
            if readable([self._report.descriptor], GONE_WITHIN_S):
                self._report.read()
        return self._judge(exit_code)

    def _step(self, holder: int) -> bool:
        """Take in what happens next; true when that is the holder's end."""
        report = [] if self._report.at_end else [self._report.descriptor]
        sources = [holder, self._signals, *report]
        ready = readable(sources, self._left_s())
        if self._report.descriptor in ready:
            self._report.read()
        if self._signals in ready:
            # Python writes every signal there that it has a handler for.
            self._taken += [n for n in os.read(self._signals, 64) if n in TAKEN]
        if not ready:
            self._taken.append(signal.SIGKILL)
        return holder in ready

    def _left_s(self) -> float | None:
        if self._kill_at_s is None:
            return None
        return max(0.0, self._kill_at_s - time.monotonic())

    def _pass_signals_on(self) -> None:
        if self._report.child is None:
            return
        for number in self._taken:
            if number != signal.SIGINT:
                self._killed |= number == signal.SIGKILL
                self._kill_at_s = time.monotonic() + GRACE_S
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._report.child, number)
        self._taken.clear()

    def _judge(self, holder_exit_code: int) -> int:
        if self._report.error:
            raise self._report.error
        if self._killed:
            return 128 + signal.SIGTERM
        if self._report.exit_code is None:
            cause = f"signal {-holder_exit_code}"
            raise FrontlabError(f"{self._name}: its holder was killed by {cause}")
        return self._report.exit_code

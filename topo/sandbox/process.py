"""Forking a child that never returns into its parent's stack, with main's manners."""

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Collection, Iterable
from types import FrameType
from typing import NoReturn

from balancer.errors import FrontlabError

from .report import Reporter
from .syscalls import die_with_parent, set_process_name

Main = Callable[[], int]

MAIN_NAME = "frontlab-main"

FIRST_OF_ALL = -20  # the lowest niceness

# A Ctrl-C reaches main from the terminal and once more from who forwards it, as
# nobody can tell a signal to the whole group from one to himself.
SAME_INTERRUPT_S = 0.25


def fork(body: Main) -> int:
    """Fork a child that ends with body's status; return its process id."""
    if pid := os.fork():
        return pid
    status = 1
    try:
        status = body()
    except KeyboardInterrupt:
        status = 128 + signal.SIGINT
    finally:
        _leave(status)


def _leave(status: int) -> NoReturn:
    """End this process, whatever happened: the stack above is the parent's."""
    try:
        error = sys.exc_info()
        if error[0]:
            sys.excepthook(*error)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


def readable(descriptors: Iterable[int], within_s: float | None) -> set[int]:
    """Return which `descriptors` can be read, or are at their end, within a time."""
    poll = select.poll()  # select() itself knows no descriptor above 1023
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return {
        ready for ready, _ in poll.poll(None if within_s is None else within_s * 1e3)
    }


def fork_tied(body: Main) -> int:
    """Fork a child that the kernel kills when this thread ends."""
    parent = os.pidfd_open(os.getpid())

    def tied() -> int:
        die_with_parent(signal.SIGKILL)
        # The parent may have died before the line above: its pidfd is readable then.
        if readable([parent], 0):
            return 1
        os.close(parent)
        return body()

    pid = fork(tied)
    os.close(parent)
    return pid


def fork_main(main: Main, report: Reporter, mask: Collection[int]) -> int:
    """Fork `main` with signal mask `mask`; what it raises goes to the owner."""

    def body() -> int:
        set_process_name(MAIN_NAME)
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, _Interrupt())
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        try:
            status = main()
            sys.stdout.flush()  # What cannot be written is main's failure, too.
            return status
        except FrontlabError as error:
            report.error(error)
            return 1
        except SystemExit as error:
            return error.code if isinstance(error.code, int) else bool(error.code)

    return fork_tied(body)


class _Interrupt:
    """Raises KeyboardInterrupt once for a signal that arrives twice."""

    def __init__(self) -> None:
        self._last_s = float("-inf")

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        now_s = time.monotonic()
        if now_s - self._last_s > SAME_INTERRUPT_S:
            self._last_s = now_s
            raise KeyboardInterrupt

"""Standard streams that may be closed or full: told in one line, or not at all."""

import errno
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TextIO

from balancer.errors import FrontlabError

# As a shell has it: of whoever still writes when nobody reads any more.
UNREAD_STATUS = 128 + signal.SIGPIPE

Refuse = Callable[[OSError], None]


class OutputLost(FrontlabError):
    """Standard output cannot be written to."""


class Stream:
    """A text stream; what it cannot write goes to `refuse`, and nowhere."""

    def __init__(self, stream: TextIO, refuse: Refuse) -> None:
        self._stream, self._refuse = stream, refuse

    def write(self, text: str) -> int:
        """Write `text`, or refuse it."""
        try:
            return self._stream.write(text)
        except OSError as error:
            self._give_up(error)
            return len(text)

    def flush(self) -> None:
        """Write what is buffered, or refuse it."""
        try:
            self._stream.flush()
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        # What is buffered would fail once more at the end of the process.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
        self._refuse(error)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a stream has
        return getattr(self._stream, name)


@contextmanager
def guarded() -> Iterator[None]:
    """Have standard output fail as OutputLost, and standard error not at all.

    Without a reader of standard output the command ends, and says nothing. What its
    encoding does not have is written as an escape, as on standard error.

    Raises:
        OutputLost: standard output is closed or full.
    """
    if 1 in _open_closed():
        # Before anything is started whose outcome nobody would learn.
        raise OutputLost("standard output is closed (try >/dev/null)")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    kept = sys.stdout, sys.stderr
    sys.stdout = Stream(sys.stdout, _lose)
    sys.stderr = Stream(sys.stderr, lambda _: None)
    try:
        yield
    except SystemExit:
        sys.stdout.flush()
        raise
    finally:
        sys.stdout, sys.stderr = kept


def _lose(error: OSError) -> NoReturn:
    if error.errno == errno.EPIPE:
        sys.exit(UNREAD_STATUS)
    raise OutputLost(f"standard output: {error.strerror}") from error


def _open_closed() -> list[int]:
    """Open what is closed of the three, for nothing else to get their numbers."""
    closed = [number for number in range(3) if not _is_open(number)]
    for number in closed:
        opened = os.open(os.devnull, os.O_RDWR)
        assert opened == number, "the lowest number that is free"
        os.set_inheritable(opened, True)
    if 2 in closed:
        sys.stderr = os.fdopen(2, "w", closefd=False)
    return closed


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True

"""Being told to stop or to read anew: signals as a socket that a selector can watch."""

import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def stop_signals(
    numbers: tuple[signal.Signals, ...] = STOP_SIGNALS,
) -> Iterator[socket.socket]:
    """Give a socket that becomes readable when the program is told to stop.

    What is read from it are the numbers of the signals that came, an octet each.

    The interpreter writes to it from inside the signal handler, so that no signal
    falls between a check and the wait that follows it.
    """
    readable, writable = socket.socketpair()
    with readable, writable, ExitStack() as restore:
        writable.setblocking(False)
        restore.callback(signal.set_wakeup_fd, signal.set_wakeup_fd(writable.fileno()))
        for number in numbers:
            before = signal.signal(number, lambda *_: None)
            restore.callback(signal.signal, number, before)
        yield readable

"""One process that answers: sockets around a selector, until it is told to end."""

import resource
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from selectors import EVENT_READ, BaseSelector

from ..transport.datagrams import Datagrams
from ..transport.sockets import open_socket
from ..transport.streams import Streams
from .service import Service

OTHER_DESCRIPTORS = 256
Timer = Callable[[], float | None]


@contextmanager
def answering(service: Service, selector: BaseSelector) -> Iterator[Timer]:
    """Have a service's queries answered by handlers in the selector.

    Yields:
        What closes idle connections, and tells the seconds until the next is due.
    """
    where = service.listening
    limits = where.idle_timeout_s, where.max_connections
    allow_descriptors(where.max_connections)
    streams = Streams(service.desk, selector, time.monotonic, *limits)
    with ExitStack() as opened:
        opened.enter_context(closing(streams))
        for address in where.addresses:
            udp, tcp = (
                opened.enter_context(
                    open_socket(address, where.port, kind, where.processes > 1)
                )
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM)
            )
            selector.register(udp, EVENT_READ, Datagrams(udp, service.desk).answer)
            selector.register(tcp, EVENT_READ, partial(streams.accept, tcp))
        yield streams.expire


def allow_descriptors(connections: int) -> None:
    """Let this process open so many sockets and some more, as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, connections + OTHER_DESCRIPTORS)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def earliest(*timers: Timer) -> float | None:
    """Let each do what is due, and return the seconds until the first is due again."""
    left_s = [timer() for timer in timers]
    return min((each for each in left_s if each is not None), default=None)


def serve(
    selector: BaseSelector,
    timer: Timer,
    signals: socket.socket,
    reload: Callable[[], None],
) -> None:
    """Answer until a signal says to stop; SIGHUP says to load anew.

    Args:
        selector: has the sockets, with their handlers as data.
        timer: does what is due, and returns the seconds until it is so again.
        signals: is readable when a signal has come.
        reload: begins to load.
    """
    selector.register(signals, EVENT_READ)
    while True:
        for key, _ in selector.select(timer()):
            if key.fileobj is not signals:
                key.data()
            elif set(signals.recv(64)) <= {signal.SIGHUP}:
                reload()
            else:
                return

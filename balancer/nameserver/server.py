"""The authoritative nameserver as a program: one thread around one selector."""

import logging
import resource
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from selectors import EVENT_READ, BaseSelector, DefaultSelector
from typing import Any

from ..options import parse_options
from ..ready import announce
from ..status import status_socket
from ..stopping import STOP_SIGNALS, stop_signals
from .datagrams import Datagrams
from .loader import load_apart
from .reload import Reloader
from .service import Service
from .sockets import open_socket
from .streams import Streams

OTHER_DESCRIPTORS = 256
Timer = Callable[[], float | None]
Handlers = list[tuple[socket.socket, Callable[[], None]]]


def main(argv: Sequence[str]) -> int:
    """Run `python -m balancer dns` until SIGTERM or SIGINT; return 0."""
    options = parse_options("dns", argv)
    logging.basicConfig(format="frontlab-dns: %(message)s")
    with ExitStack() as running:
        signals = running.enter_context(stop_signals((*STOP_SIGNALS, signal.SIGHUP)))
        selector = running.enter_context(DefaultSelector())
        service = Service(load_apart(options.config), selector)
        running.enter_context(closing(service))
        allow_descriptors(service.listening.max_connections)
        streams = running.enter_context(closing(_streams(service, selector)))
        for opened, handler in running.enter_context(listening(service, streams)):
            selector.register(opened, EVENT_READ, handler)
        reloader = Reloader(options.config, selector, service.use)
        running.enter_context(closing(reloader))
        if options.status is not None:
            snapshot = partial(status, service, reloader)
            running.enter_context(status_socket(options.status, snapshot))
        announce(options.notify_descriptor)
        poll = partial(service.guidance.poll, reloader.start)
        timer = partial(earliest, streams.expire, service.notifier.expire, poll)
        serve(selector, timer, signals, reloader.start)
    return 0


def allow_descriptors(connections: int) -> None:
    """Let this process open so many sockets and some more, as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, connections + OTHER_DESCRIPTORS)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def status(service: Service, reloader: Reloader) -> dict[str, Any]:
    """Return the status object."""
    return {**service.snapshot(), "reloads": reloader.snapshot()}


def earliest(*timers: Timer) -> float | None:
    """Let each do what is due, and return the seconds until the first is due again."""
    left_s = [timer() for timer in timers]
    return min((each for each in left_s if each is not None), default=None)


def _streams(service: Service, selector: BaseSelector) -> Streams:
    where = service.listening
    limits = where.idle_timeout_s, where.max_connections
    return Streams(service.desk, selector, time.monotonic, *limits)


@contextmanager
def listening(service: Service, streams: Streams) -> Iterator[Handlers]:
    """Open a UDP and a TCP socket on each address; give each its handler."""
    where = service.listening
    handlers: Handlers = []
    with ExitStack() as opened:
        for address in where.addresses:
            udp, tcp = (
                opened.enter_context(open_socket(address, where.port, kind))
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM)
            )
            handlers.append((udp, Datagrams(udp, service.desk).answer))
            handlers.append((tcp, partial(streams.accept, tcp)))
        yield handlers


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

"""The authoritative nameserver as a program: one thread around one selector."""

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from selectors import EVENT_READ, BaseSelector, DefaultSelector

from ..options import parse_options
from ..ready import announce
from ..status import status_socket
from ..stopping import stop_signals
from .build import build_zones
from .checks import read_dns_config
from .config import ServerTable
from .desk import Desk
from .sockets import answer_datagrams, open_socket
from .streams import Streams

Handlers = list[tuple[socket.socket, Callable[[], None]]]


def main(argv: Sequence[str]) -> int:
    """Run `python -m balancer dns` until SIGTERM or SIGINT; return 0."""
    options = parse_options("dns", argv)
    config = read_dns_config(options.config)
    desk = Desk(build_zones(config))
    with ExitStack() as running:
        stop = running.enter_context(stop_signals())
        selector = running.enter_context(DefaultSelector())
        streams = Streams(desk, selector, time.monotonic)
        running.enter_context(closing(streams))
        handlers = running.enter_context(listening(config.server, desk, streams))
        for opened, handler in handlers:
            selector.register(opened, EVENT_READ, handler)
        if options.status is not None:
            snapshot = partial(desk.counters.snapshot, config.server.site)
            running.enter_context(status_socket(options.status, snapshot))
        announce(options.notify_descriptor)
        serve(selector, streams, stop)
    return 0


@contextmanager
def listening(table: ServerTable, desk: Desk, streams: Streams) -> Iterator[Handlers]:
    """Open a UDP and a TCP socket on each address; give each its handler."""
    handlers: Handlers = []
    with ExitStack() as opened:
        for address in table.listen:
            udp, tcp = (
                opened.enter_context(open_socket(address, table.port, kind))
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM)
            )
            handlers.append((udp, partial(answer_datagrams, udp, desk)))
            handlers.append((tcp, partial(streams.accept, tcp)))
        yield handlers


def serve(selector: BaseSelector, streams: Streams, stop: socket.socket) -> None:
    """Answer until `stop` is readable."""
    selector.register(stop, EVENT_READ)
    while True:
        for key, _ in selector.select(streams.expire()):
            if key.fileobj is stop:
                return
            key.data()

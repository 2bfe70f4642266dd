"""The authoritative nameserver as a program: one thread around one selector."""

import logging
import resource
import secrets
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
from ..wire.dns.names import name_to_text
from .content import Content, Listening
from .cookies import SECRET_OCTETS
from .datagrams import Datagrams
from .desk import Desk
from .loader import load_apart
from .reload import Reloader
from .sockets import open_socket
from .streams import Streams

log = logging.getLogger("frontlab-dns")

OTHER_DESCRIPTORS = 256
Handlers = list[tuple[socket.socket, Callable[[], None]]]


def main(argv: Sequence[str]) -> int:
    """Run `python -m balancer dns` until SIGTERM or SIGINT; return 0."""
    options = parse_options("dns", argv)
    logging.basicConfig(format="frontlab-dns: %(message)s")
    secret = secrets.token_bytes(SECRET_OCTETS)
    with ExitStack() as running:
        signals = running.enter_context(stop_signals((*STOP_SIGNALS, signal.SIGHUP)))
        content = load_apart(options.config)
        desk = Desk(content.authority(secret), content.rate_limit)
        allow_descriptors(content.listening.max_connections)
        selector = running.enter_context(DefaultSelector())
        streams = running.enter_context(closing(_streams(content, desk, selector)))
        handlers = running.enter_context(listening(content.listening, desk, streams))
        for opened, handler in handlers:
            selector.register(opened, EVENT_READ, handler)
        use = partial(replace_content, desk, content.listening, secret)
        reloader = running.enter_context(
            closing(Reloader(options.config, selector, use))
        )
        if options.status is not None:
            snapshot = partial(status, content.site, desk, reloader)
            running.enter_context(status_socket(options.status, snapshot))
        announce(options.notify_descriptor)
        serve(selector, streams, signals, reloader.start)
    return 0


def allow_descriptors(connections: int) -> None:
    """Let this process open so many sockets and some more, as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, connections + OTHER_DESCRIPTORS)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def status(site: str, desk: Desk, reloader: Reloader) -> dict[str, Any]:
    """Return the status object."""
    serials = {name_to_text(z.apex): z.serial for z in desk.zones}
    more = {"reloads": reloader.snapshot(), "serials": serials}
    return {**desk.counters.snapshot(site), **more}


def replace_content(
    desk: Desk, listening: Listening, secret: bytes, content: Content
) -> None:
    """Answer from another configuration from now on."""
    if content.listening != listening:
        log.warning("listen and port are fixed while the server runs: not changed")
    desk.replace(content.authority(secret), content.rate_limit)


def _streams(content: Content, desk: Desk, selector: BaseSelector) -> Streams:
    where = content.listening
    limits = where.idle_timeout_s, where.max_connections
    return Streams(desk, selector, time.monotonic, *limits)


@contextmanager
def listening(where: Listening, desk: Desk, streams: Streams) -> Iterator[Handlers]:
    """Open a UDP and a TCP socket on each address; give each its handler."""
    handlers: Handlers = []
    with ExitStack() as opened:
        for address in where.addresses:
            udp, tcp = (
                opened.enter_context(open_socket(address, where.port, kind))
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM)
            )
            handlers.append((udp, Datagrams(udp, desk).answer))
            handlers.append((tcp, partial(streams.accept, tcp)))
        yield handlers


def serve(
    selector: BaseSelector,
    streams: Streams,
    signals: socket.socket,
    reload: Callable[[], None],
) -> None:
    """Answer until a signal says to stop; SIGHUP says to load anew."""
    selector.register(signals, EVENT_READ)
    while True:
        for key, _ in selector.select(streams.expire()):
            if key.fileobj is not signals:
                key.data()
            elif set(signals.recv(64)) <= {signal.SIGHUP}:
                reload()
            else:
                return

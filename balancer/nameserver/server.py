"""The authoritative nameserver as a program: one process, or a crew of several."""

import logging
import secrets
import signal
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from selectors import BaseSelector, DefaultSelector
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Protocol

from ..metrics import Metric
from ..metrics_server import metrics_server
from ..options import parse_options
from ..ready import announce
from ..status import status_socket
from ..stopping import STOP_SIGNALS, stop_signals
from .content.content import Content
from .loading.loader import Loader
from .loading.reload import Reloader
from .processes.service import Service
from .processes.serving import answering, earliest, serve
from .processes.workers import Workers
from .protection.cookies import SECRET_OCTETS


class Served(Protocol):
    """What answers queries, however many processes that takes."""

    def use(self, loader: Loader) -> None:
        """Answer from what was loaded; FrontlabError when it is wrong."""

    def expire(self) -> float | None:
        """Do what is due, and return the seconds until something is again."""

    def poll(self, reload: Callable[[], None]) -> float | None:
        """Look after the files that policies go by; see `Guidance.poll`."""

    def snapshot(self) -> dict[str, Any]:
        """Return the status object."""

    def close(self) -> None:
        """Answer no more."""


class Alone:
    """This process answers.

    Args:
        content: the first configuration.
        secret: for cookies.
        selector: whose handlers do all.
    """

    def __init__(self, content: Content, secret: bytes, selector: BaseSelector) -> None:
        with ExitStack() as opened:
            self._service = Service(content, secret, selector)
            opened.enter_context(closing(self._service))
            self._idle = opened.enter_context(answering(self._service, selector))
            self._opened = opened.pop_all()

    def use(self, loader: Loader) -> None:
        """Answer from what was loaded; FrontlabError when it is wrong."""
        self._service.use(loader.result())

    def expire(self) -> float | None:
        """Close idle connections, and tell secondaries again."""
        return earliest(self._idle, self._service.notifier.expire)

    def poll(self, reload: Callable[[], None]) -> float | None:
        """Look after the files that policies go by."""
        return self._service.guidance.poll(reload)

    def snapshot(self) -> dict[str, Any]:
        """Return the status object."""
        return self._service.snapshot()

    def close(self) -> None:
        """Close all sockets."""
        self._opened.close()


def main(argv: Sequence[str]) -> int:
    """Run `python -m balancer dns` until SIGTERM or SIGINT; return 0."""
    options = parse_options("dns", argv)
    logging.basicConfig(format="frontlab-dns: %(message)s")
    with ExitStack() as running:
        # For workers, whose counts are read where they tell their status.
        place = options.status or _place(running)
        signals = running.enter_context(stop_signals((*STOP_SIGNALS, signal.SIGHUP)))
        selector = running.enter_context(DefaultSelector())
        with Loader(options.config) as loader:
            content = loader.result()
            served = _start(content, loader.memory, selector, place)
        running.enter_context(closing(served))
        reloader = Reloader(options.config, selector, served.use)
        running.enter_context(closing(reloader))
        snapshot = partial(status, served, reloader, Lock())
        if options.status is not None:
            running.enter_context(status_socket(options.status, snapshot))
        if content.listening.metrics is not None:
            collect = partial(_collect, snapshot)
            where = content.listening.metrics
            running.enter_context(metrics_server(*where, collect))
        announce(options.notify_descriptor)
        timer = partial(earliest, served.expire, partial(served.poll, reloader.start))
        serve(selector, timer, signals, reloader.start)
    return 0


def status(served: Served, reloader: Reloader, alone: Lock) -> dict[str, Any]:
    """Return the status object, to one thread at a time."""
    with alone:
        return {**served.snapshot(), "reloads": reloader.snapshot()}


def _collect(snapshot: Callable[[], dict[str, Any]]) -> list[Metric]:
    from .telemetry.metrics import metrics_of  # for who wants metrics alone

    return metrics_of(snapshot())


def _place(running: ExitStack) -> Path:
    return Path(running.enter_context(TemporaryDirectory())) / "status"


def _start(
    content: Content, memory: int, selector: BaseSelector, status: Path
) -> Served:
    # Made here once, so that cookies outlive a change of the configuration.
    secret = secrets.token_bytes(SECRET_OCTETS)
    if content.listening.is_alone:
        return Alone(content, secret, selector)
    from .processes.crew import Crew  # and with it all that XDP needs

    return Crew(content, memory, Workers(selector, secret, status))

"""The authoritative nameserver as a program: one process, or a crew of several."""

import logging
import secrets
import signal
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from selectors import BaseSelector, DefaultSelector
from typing import Any, Protocol

from ..options import parse_options
from ..ready import announce
from ..status import status_socket
from ..stopping import STOP_SIGNALS, stop_signals
from .content import Content
from .cookies import SECRET_OCTETS
from .loader import Loader
from .reload import Reloader
from .service import Service
from .serving import answering, earliest, serve
from .workers import Workers


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
        signals = running.enter_context(stop_signals((*STOP_SIGNALS, signal.SIGHUP)))
        selector = running.enter_context(DefaultSelector())
        with Loader(options.config) as loader:
            served = _start(loader, selector, options.status)
        running.enter_context(closing(served))
        reloader = Reloader(options.config, selector, served.use)
        running.enter_context(closing(reloader))
        if options.status is not None:
            snapshot = partial(status, served, reloader)
            running.enter_context(status_socket(options.status, snapshot))
        announce(options.notify_descriptor)
        timer = partial(earliest, served.expire, partial(served.poll, reloader.start))
        serve(selector, timer, signals, reloader.start)
    return 0


def status(served: Served, reloader: Reloader) -> dict[str, Any]:
    """Return the status object."""
    return {**served.snapshot(), "reloads": reloader.snapshot()}


def _start(loader: Loader, selector: BaseSelector, status: Path | None) -> Served:
    # Made here once, so that cookies outlive a change of the configuration.
    secret = secrets.token_bytes(SECRET_OCTETS)
    content = loader.result()
    if content.listening.is_alone:
        return Alone(content, secret, selector)
    from .crew import Crew  # and with it all that XDP needs

    return Crew(content, loader.memory, Workers(selector, secret, status))

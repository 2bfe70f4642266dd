"""`python -m balancer announce`: announces an anycast address while its server is well.

One thread around one selector: checks, and a session with the router.
"""

import logging
import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from selectors import EVENT_READ, BaseSelector, DefaultSelector
from typing import Any

from ..options import Options, parse_options
from ..ready import announce
from ..status import status_socket
from ..stopping import stop_signals
from ..vip.checks.probe import Prober, Target
from ..vip.pools.health import Thresholds
from .config import (
    DNS_PORT,
    HTTP_PORT,
    AnnounceTable,
    CheckTable,
    read_announce_config,
)
from .dns_probe import DnsProber, DnsTarget
from .session import Session
from .standing import Standing

log = logging.getLogger("frontlab-announce")


def main(argv: Sequence[str]) -> int:
    """Run until SIGTERM or SIGINT, which withdraws the address; return 0."""
    options = parse_options("announce", argv)
    logging.basicConfig(format="frontlab-announce: %(message)s")
    table = read_announce_config(options.config).announce
    with ExitStack() as running:
        stop = running.enter_context(stop_signals())
        selector = running.enter_context(DefaultSelector())
        session = running.enter_context(
            closing(Session(table.router, selector, table.anycast, table.member))
        )
        agent = running.enter_context(closing(Agent(table, selector, session)))
        if options.status is not None:
            running.enter_context(status_socket(options.status, agent.snapshot))
        _serve(selector, agent, stop, options)
    return 0


class Agent:
    """Checks, and tells the router what follows from them.

    Args:
        table: what is checked and announced.
        selector: where sockets are registered.
        session: with the router.
    """

    def __init__(
        self, table: AnnounceTable, selector: BaseSelector, session: Session
    ) -> None:
        self._session = session
        self._interval_s = table.interval
        self._standing = Standing(
            ((check.name, check.any_of or check.name) for check in table.check),
            Thresholds(table.rise, table.fall),
        )
        self._failures = {check.name: "" for check in table.check}
        self._changes = 0
        now_s = time.monotonic()
        by_dns = tuple(_dns_target(c, table) for c in table.check if c.kind == "dns")
        others = tuple(_target(c, table) for c in table.check if c.kind != "dns")
        self._dns = DnsProber(by_dns, selector, self._note, now_s)
        self._others = Prober(others, selector, self._note_target, now_s)

    @property
    def is_ready(self) -> bool:
        """Whether the router has heard of the first round of checks."""
        return self._session.acknowledged is not None

    def run(self, now_s: float) -> float:
        """Do what is due; return the seconds until something is due again."""
        left_s = min(self._dns.run(now_s), self._others.run(now_s), self._interval_s)
        if self._standing.is_complete:
            self._session.say(self._standing.is_fit)
        self._session.keep()
        return left_s

    def close(self) -> None:
        """Give up the checks that are under way."""
        self._dns.close()
        self._others.close()

    def snapshot(self) -> dict[str, Any]:
        """Return the status object."""
        health = self._standing.health
        return {
            "fit": self._standing.is_complete and self._standing.is_fit,
            "acknowledged": self._session.acknowledged,
            "sessions": self._session.starts,
            "changes": self._changes,
            "checks": {
                name: {"passes": health[name].alive, "failure": failure}
                for name, failure in self._failures.items()
            },
        }

    def _note_target(self, target: Target, failure: str) -> None:
        self._note(target.backend, failure)

    def _note(self, check: str, failure: str) -> None:
        self._failures[check] = failure
        if not self._standing.note(check, not failure):
            return
        self._changes += 1
        log.warning("%s: %s", check, f"fails: {failure}" if failure else "passes")
        if self._standing.is_complete:
            self._session.say(self._standing.is_fit)


def _serve(
    selector: BaseSelector, agent: Agent, stop: socket.socket, options: Options
) -> None:
    """Check until `stop` is readable; announce readiness once."""
    selector.register(stop, EVENT_READ)
    waits = True
    while True:
        for key, _ in selector.select(agent.run(time.monotonic())):
            if key.fileobj is stop:
                return
            key.data()
        if waits and agent.is_ready:
            announce(options.notify_descriptor)
            waits = False


def _dns_target(check: CheckTable, table: AnnounceTable) -> DnsTarget:
    return DnsTarget(
        check.name,
        str(check.address),
        check.port or DNS_PORT,
        check.zone or b"\0",
        check.interval or table.interval,
        check.timeout or table.timeout,
    )


def _target(check: CheckTable, table: AnnounceTable) -> Target:
    return Target(
        check.any_of or check.name,
        check.name,
        str(check.address),
        check.port or HTTP_PORT,
        check.path,
        check.interval or table.interval,
        check.timeout or table.timeout,
    )

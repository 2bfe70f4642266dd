"""Nameservers of one anycast address with their agents, and look-ups that go on."""

import os
import re
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from balancer.wire.dns.codes import Class, Type
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question, make_query
from topo.netlink import inside
from topo.render.announce import announce_config
from topo.render.dns import dns_config
from topo.run import run

from .scenario import CONTROL, ROOT, Trial

LOOKUP_INTERVAL_S = 0.002
# While so many are under way, since the last that was answered, others come slowly: on
# a machine that stalls they would only fill queues until these overflow.
MANY, SLOW_INTERVAL_S = 64, 0.05
SETTLE_S = 0.5
MOVED_WITHIN_S = 30.0
PATIENCE_S = 5.0  # an answer that takes longer is none
SITE = re.compile(rb"[a-z]{3}$")  # ends a response to the question who answers

Process = subprocess.Popen


@dataclass
class Lookups:
    """What became of a steady stream of look-ups.

    `sites` are who answered, each once for as long as it went on answering.
    """

    sent: int = 0
    failed: int = 0
    gap_s: float = 0.0
    sites: list[str] = field(default_factory=list)

    @property
    def failed_share(self) -> float:
        return self.failed / self.sent


class Nameservers:
    """The nameservers of a trial's world, each with its agent."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.servers: dict[str, Process] = {}
        self.agents: dict[str, Process] = {}
        for name in trial.plan.nameserver.members:
            for address in ("23.53.0.53/32", "2a23:53::53/128"):
                argv = ["ip", "-n", name, "addr", "add", address, "dev", "lo"]
                run(argv)
            self.start_server(name)
            self.start_agent(name)

    def start_server(self, name: str) -> None:
        config = dns_config(self.trial.plan, name.removesuffix("-ns"))
        self.servers[name] = started(name, "dns", config)

    def start_agent(self, name: str) -> None:
        config = announce_config(self.trial.plan, name, str(CONTROL), checks_site=False)
        self.agents[name] = started(name, "announce", config)

    def withdrawn(self) -> list[str]:
        return self.trial.status()["withdrawn"]

    def end(self) -> None:
        for process in (*self.agents.values(), *self.servers.values()):
            process.kill()
            process.wait()


def started(host: str, program: str, config: str) -> Process:
    """Start one of our programs in a host; return it when it is ready."""
    path = Path(f"/run/{host}-{program}.toml")
    path.write_text(config)
    ready, told = os.pipe()
    command = ["ip", "netns", "exec", host, sys.executable, "-m", "balancer", program,
               "--config", str(path), "--notify-fd", str(told)]  # fmt: skip
    with Path(f"/run/{host}-{program}.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, pass_fds=[told], stderr=log)
    os.close(told)
    assert select.select([ready], [], [], 30)[0], f"{host}: {program} is not ready"
    assert os.read(ready, 2) == b"\n", Path(f"/run/{host}-{program}.log").read_text()
    os.close(ready)
    return process


def look_up(client: str, address: str, work: Callable[[], None], then: str) -> Lookups:
    """Look a name up again and again while `work` is done, and a little longer.

    Nothing is asked twice: a resolver would, and see less of a failure. It ends a
    little after the site `then` has answered, or when it does not for long.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with inside(client):
        asking = socket.socket(family, socket.SOCK_DGRAM)
    asking.setblocking(False)
    question = Question(name_from_text("id.server"), Type.TXT, Class.CHAOS)
    query = make_query(0, question).to_wire()[2:]
    with asking:
        asking.connect((address, 53))
        return _Stream(asking, query).run(Thread(target=work), then)


class _Stream:
    """Look-ups under way: when each was sent, and what became of the others."""

    def __init__(self, asking: socket.socket, query: bytes) -> None:
        self._asking, self._query = asking, query
        self._found = Lookups()
        self._asked: dict[int, float] = {}
        self._due = self._heard = time.monotonic()
        self._latest = -1

    def run(self, worker: Thread, then: str) -> Lookups:
        """Look up before, during and after the work, then wait for late answers."""
        self._go_on(lambda: False)
        worker.start()
        self._go_on(worker.is_alive)
        moved_by = time.monotonic() + MOVED_WITHIN_S
        self._go_on(
            lambda: self._found.sites[-1:] != [then] and time.monotonic() < moved_by
        )
        self._found.gap_s = max(self._found.gap_s, time.monotonic() - self._heard)
        deadline = time.monotonic() + PATIENCE_S
        # They are answered in turn: behind the last there is nothing to wait for.
        while self._latest < self._found.sent - 1 and time.monotonic() < deadline:
            self._hear()
        self._found.failed = len(self._asked)
        return self._found

    def _go_on(self, is_busy: Callable[[], bool]) -> None:
        """Look up for as long as that, and a little longer."""
        end = time.monotonic() + SETTLE_S
        while (now := time.monotonic()) < end:
            if is_busy():
                end = now + SETTLE_S
            if now >= self._due:
                under_way = self._found.sent - 1 - self._latest
                pace_s = SLOW_INTERVAL_S if under_way > MANY else LOOKUP_INTERVAL_S
                self._due = max(self._due + pace_s, now)
                self._asked[self._found.sent] = now
                _send(self._asking, self._found.sent.to_bytes(2) + self._query)
                self._found.sent += 1
            self._hear()

    def _hear(self) -> None:
        if not select.select([self._asking], [], [], LOOKUP_INTERVAL_S / 4)[0]:
            return
        site, number = _answer(self._asking)
        now = time.monotonic()
        if now - self._asked.get(number, 0.0) > PATIENCE_S:
            return
        del self._asked[number]
        self._latest = max(self._latest, number)
        self._found.gap_s = max(self._found.gap_s, now - self._heard)
        self._heard = now
        if self._found.sites[-1:] != [site]:
            self._found.sites.append(site)


def _send(asking: socket.socket, wire: bytes) -> None:
    try:
        asking.send(wire)
    except ConnectionRefusedError:
        asking.send(wire)  # The refusal was of an earlier one.


def _answer(asking: socket.socket) -> tuple[str, int]:
    """Return who answered what; nobody, for a refusal."""
    try:
        wire = asking.recv(512)
    except ConnectionRefusedError:
        return "", -1
    match = SITE.search(wire)
    assert match, wire
    return match[0].decode(), int.from_bytes(wire[:2])

"""Running nameservers on a core, and dnsperf against them from another one."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from topo.netlink import inside
from topo.run import run
from topo.wait import until

from ..programs import cpu_s_of, need
from .zone import Server, queries

PORT = 53
CLIENTS, OUTSTANDING = 8, 100
STARTING_S = 20.0
ASKED_S = 0.2


@dataclass(frozen=True, slots=True)
class Load:
    """What dnsperf saw, and the CPU time that the server took meanwhile."""

    answered: int
    lost: int
    cpu_s: float


def cores() -> tuple[int, int]:
    """Return the core of servers and the one of generators; one may be both."""
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[0], allowed[-1]


@contextmanager
def running(server: Server, log: Path, netns: str = "") -> Iterator[int]:
    """Run a server on its core, in a namespace; yields its process id when it answers.

    Raises:
        Unsupported: it is not installed.
    """
    argv = [sys.executable, *server.argv] if server.argv[0] == "-m" else server.argv
    need(argv[0])
    core = cores()[0]
    into = ["nsenter", f"--net=/run/netns/{netns}"] if netns else []
    command = [*into, "taskset", "-c", str(core), *argv]
    with log.open("wb") as words:
        process = subprocess.Popen(command, stdout=words, stderr=words)
    with process:
        try:
            waiting = f"{server.name} answers"
            until(waiting, lambda: _answers(server, netns), within_s=STARTING_S)
            yield process.pid
        finally:
            process.kill()


def write_queries(path: Path, messages: Iterable[bytes]) -> None:
    """Write messages as dnsperf reads them, each behind its length."""
    path.write_bytes(b"".join(len(it).to_bytes(2, "big") + it for it in messages))


def ask(server: Server, pid: int, file: Path, seconds: float) -> Load:
    """Have dnsperf ask a server with the queries of `file` for some seconds."""
    before_s = cpu_s_of(pid)
    options = {"-s": server.address, "-d": file, "-c": CLIENTS, "-q": OUTSTANDING}
    options |= {"-l": seconds, "-T": 1}
    words = [str(word) for option in options.items() for word in option]
    said = run(["taskset", "-c", str(cores()[1]), "dnsperf", "-B", *words])
    cpu_s = cpu_s_of(pid) - before_s
    return Load(_number(said, "completed"), _number(said, "lost"), cpu_s)


def _number(said: str, what: str) -> int:
    found = re.search(rf"Queries {what}:\s+(\d+)", said)
    if found is None:
        raise ValueError(f"dnsperf says nothing of queries {what}: {said}")
    return int(found[1])


def _answers(server: Server, netns: str) -> bool:
    if netns:
        with inside(netns):
            return _is_answered(server)
    return _is_answered(server)


def _is_answered(server: Server) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(ASKED_S)
        asking.connect((server.address, PORT))
        try:
            asking.send(next(queries(seed=0)))
            return len(asking.recv(512)) > 0
        except OSError:
            return False

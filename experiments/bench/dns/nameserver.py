"""A nameserver with much to answer from, measured while it loads and answers."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from balancer.status import read_status

from .lookups import Lookups

ADDRESS = "127.0.53.9"
RATE_PER_S = 1000.0


@dataclass(frozen=True, slots=True)
class Server:
    """A nameserver that runs."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    ready_s: float

    @property
    def status(self) -> dict[str, object]:
        """Its status object."""
        return read_status(self.folder / "status")

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        text = (self.folder / "dns.toml").read_text()
        [line] = [line for line in text.splitlines() if line.startswith("port")]
        return ADDRESS, int(line.split()[-1])

    def tell_to_load(self) -> None:
        """Have it read its files anew."""
        self.process.send_signal(signal.SIGHUP)

    def cpu_s(self) -> float:
        """Return the processor time that the process has used, to the nanosecond."""
        text = Path(f"/proc/{self.process.pid}/schedstat").read_text()
        return int(text.split()[0]) / 1e9

    def memory_mb(self) -> float:
        """Return the resident memory of the process."""
        text = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        [line] = [line for line in text.splitlines() if line.startswith("Pss:")]
        return int(line.split()[1]) / 1024


def while_asked(
    server: Server, name: str, cause: Callable[[], None], count: Callable[[Server], int]
) -> tuple[float, Lookups]:
    """Do something and ask on until the server has counted it.

    Returns:
        The seconds that it took, and what became of the queries.
    """
    before = count(server)
    cause()
    started_s = time.monotonic()
    ended: list[float] = []
    looked_s = [started_s]

    def done() -> bool:
        now_s = time.monotonic()
        if now_s - looked_s[0] > 0.1:
            looked_s[0] = now_s
            if not ended and count(server) > before:
                ended.append(now_s - started_s)
        return bool(ended) and now_s - started_s > ended[0] + 0.5

    lookups = Lookups().run(server.address, name, RATE_PER_S, done)
    return ended[0], lookups


def reloads(server: Server) -> int:
    """Return how often it has loaded anew."""
    return int(server.status["reloads"]["done"])  # type: ignore[index]


def free_port() -> int:
    """Return a port that is free at the server's address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((ADDRESS, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_server(folder: Path) -> Iterator[Server]:
    """Run the server of the dns.toml in a folder; give it when it is ready."""
    readable, writable = os.pipe()
    command = [sys.executable, "-m", "balancer", "dns"]
    command += ["--config", str(folder / "dns.toml"), "--notify-fd", str(writable)]
    command += ["--status", str(folder / "status")]
    started_s = time.monotonic()
    with subprocess.Popen(command, pass_fds=[writable]) as process:
        os.close(writable)
        with os.fdopen(readable, "rb") as ready:
            ready.read()
        yield Server(folder, process, time.monotonic() - started_s)
        process.terminate()

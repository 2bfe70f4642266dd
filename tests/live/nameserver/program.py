"""The nameserver as a program on loopback addresses, for tests to ask."""

import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from balancer.status import read_status
from topo.wait import until

TRIES = 100
# What is on its way in a machine that stalls for a second or two is not lost.
PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Program:
    """A server that is ready.

    Args:
        address: where it listens.
        port: its UDP and TCP port there.
        folder: has its configuration, `dns.toml`, and its log, `log`.
        process: the running server.
    """

    address: str
    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    def status(self) -> dict[str, Any]:
        """Return its status object."""
        return read_status(self.folder / "status", PATIENCE_S)

    def log(self) -> str:
        """Return what it has logged."""
        return (self.folder / "log").read_text()

    def reload(self) -> dict[str, Any]:
        """Have it load anew, and return what it counts of that when it is done."""
        before = self.status()["reloads"]
        self.process.send_signal(signal.SIGHUP)

        def is_done() -> bool:
            now = self.status()["reloads"]
            return (now["done"], now["failed"]) != (before["done"], before["failed"])

        until("the server has loaded", is_done, within_s=60)
        return self.status()["reloads"]


def free_port(address: str) -> int:
    """Return a port that is free at an address, and that no client gets by chance.

    Those that the kernel gives to clients begin behind.
    """
    kinds = socket.SOCK_DGRAM, socket.SOCK_STREAM
    for port in random.sample(range(20_000, 32_768), TRIES):
        with ExitStack() as opened, suppress(OSError):
            for kind in kinds:
                probe = opened.enter_context(socket.socket(type=kind))
                probe.bind((address, port))
            return port
    raise AssertionError(f"none of {TRIES} ports is free at {address}")


@contextmanager
def running_program(
    folder: Path, address: str, text: str, ends_with: int = 0, netns: str = ""
) -> Iterator[Program]:
    """Run a server with this configuration, in which {port} is its port.

    It runs in the network namespace `netns`, if there is one, on port 53 of its own. At
    the end it is told to end, and its exit status must be `ends_with`.
    """
    port = 53 if netns else free_port(address)
    config = folder / "dns.toml"
    config.write_text(text.replace("{port}", str(port)))
    readable, writable = os.pipe()
    command = ["ip", "netns", "exec", netns] if netns else []
    command += [sys.executable, "-m", "balancer", "dns", "--config", str(config)]
    command += ["--notify-fd", str(writable), "--status", str(folder / "status")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, pass_fds=[writable], stderr=log)
    with process:
        try:
            os.close(writable)
            with open(readable, "rb") as ready:  # noqa: PTH123 - a descriptor
                assert ready.read() == b"\n", (folder / "log").read_text()
            yield Program(address, port, folder, process)
        finally:
            process.terminate()
        assert process.wait(PATIENCE_S) == ends_with

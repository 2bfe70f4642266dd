"""The processes that answer side by side: started, watched, and started again."""

import logging
import os
import signal
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from selectors import EVENT_READ, BaseSelector
from typing import Any

from ...errors import FrontlabError
from ...status import read_status
from .control import await_ready, control_sockets, hand_over
from .worker import command

log = logging.getLogger("frontlab-dns")

MAX_RESTARTS = 5  # of all workers together
ENDING_S = 2.0


@dataclass(frozen=True, slots=True)
class Worker:
    """One process; its end is seen at `descriptor`."""

    number: int
    process: subprocess.Popen[bytes]
    control: socket.socket
    descriptor: int
    status: Path

    def close(self) -> None:
        """Have the process end, and wait for that."""
        self.control.close()
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(ENDING_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.descriptor)
        self.status.unlink(missing_ok=True)


class Workers:
    """As many workers as wanted, all with the same configuration.

    Args:
        selector: where the ends of workers are watched for.
        secret: for cookies, which all of them must accept.
        status: path of the server's own status socket; those of workers are beside it.
    """

    def __init__(self, selector: BaseSelector, secret: bytes, status: Path) -> None:
        self._selector, self._secret, self._status = selector, secret, status
        self._memory = -1
        self._running: dict[int, Worker] = {}
        self.restarts = 0

    def start(self, count: int, memory: int) -> None:
        """Start workers, and wait until each has all its sockets.

        Raises:
            FrontlabError: one has ended before; it has told why.
        """
        self._memory = os.dup(memory)
        for number in range(count):
            self._start(number)
        for worker in self._running.values():
            if not await_ready(worker.control):
                ended = _ended(worker.process.wait())
                what = f"worker {worker.number} {ended} before it was ready"
                raise FrontlabError(what)

    def use(self, memory: int) -> None:
        """Have all workers answer from what a `Loader` has in its memory."""
        os.close(self._memory)
        self._memory = os.dup(memory)
        for worker in self._running.values():
            try:
                hand_over(worker.control, memory, self._secret)
            except OSError:
                log.warning("worker %d takes no configuration", worker.number)

    def statuses(self) -> list[dict[str, Any]]:
        """Return the status objects of the workers that answer."""
        found = []
        for worker in tuple(self._running.values()):
            try:
                found.append(read_status(worker.status))
            except (OSError, ValueError):  # it has just ended, or just begun
                continue
        return found

    def close(self) -> None:
        """Have all workers end."""
        for worker in self._running.values():
            self._selector.unregister(worker.descriptor)
        for worker in self._running.values():
            if worker.process.poll() is None:
                worker.process.terminate()
        for worker in self._running.values():
            worker.close()
        self._running.clear()
        if self._memory >= 0:
            os.close(self._memory)

    def _start(self, number: int) -> None:
        place = self._status.with_name(f"{self._status.name}.{number}")
        with control_sockets() as (control, theirs):
            process = subprocess.Popen(
                command(number, theirs.fileno(), place),
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # a Ctrl-C is for who has started this one
            )
        descriptor = os.pidfd_open(process.pid)
        worker = Worker(number, process, control, descriptor, place)
        self._running[number] = worker
        ended = partial(self._restart, worker)
        self._selector.register(descriptor, EVENT_READ, ended)
        with suppress(OSError):  # it has ended already, and that is seen elsewhere
            hand_over(control, self._memory, self._secret)

    def _restart(self, worker: Worker) -> None:
        """Start another in place of one that has ended, but not for ever."""
        what = f"worker {worker.number} {_ended(worker.process.wait())}"
        self._selector.unregister(worker.descriptor)
        del self._running[worker.number]
        worker.close()
        if self.restarts == MAX_RESTARTS:
            raise FrontlabError(f"{what}, after {MAX_RESTARTS} others were restarted")
        self.restarts += 1
        log.error("%s; restarted, %d of %d times", what, self.restarts, MAX_RESTARTS)
        self._start(worker.number)


def _ended(status: int) -> str:
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"

"""The relay's process: started, spoken to, and ended with its owner."""

import json
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from balancer.errors import FrontlabError
from topo.sandbox.process import readable

from ..relay.messages import Message, to_wire

READY_WITHIN_S = 20.0
ANSWER_WITHIN_S = 5.0
END_WITHIN_S = 2.0
LARGEST_ANSWER_BYTES = 65_536
CHECKOUT = Path(__file__).parents[2]


class RelayProcess:
    """A running relay, in a network namespace of its own; any thread may ask it."""

    def __init__(
        self, process: subprocess.Popen[bytes], channel: socket.socket
    ) -> None:
        self.process, self._channel = process, channel
        self._turn = threading.Lock()

    def ask(self, message: Message) -> None:
        """Have the relay do `message`.

        Raises:
            FrontlabError: it could not, or is gone.
        """
        with self._turn:
            answer = self._exchange(to_wire(message))
        if "error" in answer:
            raise FrontlabError(f"relay: {answer['error']}")

    def _exchange(self, data: bytes) -> dict[str, str]:
        try:
            self._channel.send(data)
            answer = self._channel.recv(LARGEST_ANSWER_BYTES)
        except TimeoutError as error:
            said = f"relay: no answer within {ANSWER_WITHIN_S:g} s"
            raise FrontlabError(said) from error
        except ConnectionError:
            answer = b""
        if not answer:
            # Its socket is gone, so its end is near if it is not behind us.
            status = self.process.wait(END_WITHIN_S)
            raise FrontlabError(f"relay: ended with status {status}")
        fields: dict[str, str] = json.loads(answer)
        return fields


@contextmanager
def start_relay(counters: int, log: Path | None = None) -> Iterator[RelayProcess]:
    """Run a relay that counts in the table behind the descriptor `counters`.

    It is ready when this returns, and dies with the calling thread. What it has to
    say goes to the file `log`, or to standard error.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(ANSWER_WITHIN_S)
    with ours:
        with theirs:
            process, ready = _spawn(theirs.fileno(), counters, log)
        try:
            _await_ready(process, ready)
            yield RelayProcess(process, ours)
        finally:
            ours.close()  # which is the relay's sign to end
            _end(process)


def _spawn(
    channel: int, counters: int, log: Path | None
) -> tuple[subprocess.Popen[bytes], int]:
    ready, notify = os.pipe()
    argv = [sys.executable, "-m", "topo.relay"]
    argv += ["--control-fd", str(channel), "--counters-fd", str(counters)]
    argv += ["--parent", str(os.getpid()), "--notify-fd", str(notify)]
    with ExitStack() as stack:
        stack.callback(os.close, notify)
        process = subprocess.Popen(
            argv,
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stderr=stack.enter_context(log.open("ab")) if log else None,
            pass_fds=(channel, counters, notify),
            start_new_session=True,
        )
    return process, ready


def _await_ready(process: subprocess.Popen[bytes], ready: int) -> None:
    try:
        readable, _, _ = select.select([ready], [], [], READY_WITHIN_S)
        if not readable or not os.read(ready, 1):
            raise FrontlabError(f"relay: not ready, status {process.poll()}")
    finally:
        os.close(ready)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        # Popen's own wait with a timeout looks again after up to 50 ms.
        with os.fdopen(os.pidfd_open(process.pid)) as ended:
            if not readable([ended.fileno()], END_WITHIN_S):
                process.kill()
    process.wait()

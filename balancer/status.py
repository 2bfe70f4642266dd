"""The status socket: who connects reads one JSON object, and that is all."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .unix_socket import listen_at

Snapshot = Callable[[], dict[str, Any]]

CLIENT_TIMEOUT_S = 1.0
_BACKLOG = 8


@contextmanager
def status_socket(path: Path, snapshot: Snapshot) -> Iterator[None]:
    """Serve `snapshot()` on the Unix socket `path` from a thread, until exit.

    Raises:
        FrontlabError: there can be no socket.
    """
    with listen_at(path, _BACKLOG) as listener:
        thread = threading.Thread(target=_serve, args=(listener, snapshot), daemon=True)
        thread.start()
        try:
            yield
        finally:
            # shutdown, unlike close, wakes a thread that is inside accept().
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            path.unlink(missing_ok=True)


def read_status(path: Path, timeout_s: float = 2.0) -> dict[str, Any]:
    """Return the object behind the status socket `path`; OSError when it is gone."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(timeout_s)
        client.connect(str(path))
        with client.makefile("rb") as stream:
            answer: dict[str, Any] = json.load(stream)
    return answer


def _serve(listener: socket.socket, snapshot: Snapshot) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        with client:
            client.settimeout(CLIENT_TIMEOUT_S)
            _send(client, json.dumps(snapshot()).encode())


def _send(client: socket.socket, data: bytes) -> None:
    try:
        client.sendall(data)
    except OSError:
        return  # The reader left; there is nobody to tell.

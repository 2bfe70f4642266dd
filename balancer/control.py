"""The control socket: requests and answers as lines of JSON, on the program's selector.

Unlike the status socket's it has no thread: a request may change what a check or a
timer is about to use.
"""

import json
import os
import socket
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector
from typing import Any

from .errors import FrontlabError
from .unix_socket import listen_at

Answer = dict[str, Any]
Handler = Callable[[Mapping[str, Any]], Answer]

LONGEST_REQUEST = 4096
MAX_CLIENTS = 16
_READ = 65536
_OURS_ALONE = 0o600
_CREDENTIALS = struct.Struct("=iII")  # process, user, group


class ControlSocket:
    """Serves `handle` on a Unix socket, to this user's processes and root's alone.

    A handler's FrontlabError is answered as `{"error": ...}`.

    Args:
        path: where the socket is; one that is left there is replaced.
        selector: where the sockets are registered, with what to call as their data.
        handle: from a request to its answer.

    Raises:
        FrontlabError: there can be no socket.
    """

    def __init__(self, path: Path, selector: BaseSelector, handle: Handler) -> None:
        self._path, self._selector, self._handle = path, selector, handle
        self._clients: set[_Client] = set()
        self._listener = listen_at(path, MAX_CLIENTS, _OURS_ALONE)
        self._listener.setblocking(False)
        selector.register(self._listener, EVENT_READ, self._accept)

    def close(self) -> None:
        """End it, and what is under way."""
        self._selector.unregister(self._listener)
        self._listener.close()
        for client in tuple(self._clients):
            self._drop(client)
        self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return  # Who asked has gone already.
        if len(self._clients) >= MAX_CLIENTS or not _may_ask(connection):
            connection.close()
            return
        connection.setblocking(False)
        client = _Client(connection)
        self._clients.add(client)
        self._selector.register(connection, EVENT_READ, lambda: self._go_on(client))

    def _go_on(self, client: "_Client") -> None:
        try:
            alive = client.write() if client.unsent else client.read()
            while alive and not client.unsent and (line := client.next_line()):
                client.unsent = json.dumps(self._answer(line)).encode() + b"\n"
                client.write()  # At once: the program may be about to end.
        except OSError:
            alive = False
        if not alive:
            self._drop(client)
            return
        events = EVENT_WRITE if client.unsent else EVENT_READ
        self._selector.modify(client.connection, events, lambda: self._go_on(client))

    def _answer(self, line: bytes) -> Answer:
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):  # the second of many brackets
            request = None
        if not isinstance(request, dict):
            return {"error": "a request is one JSON object on a line"}
        try:
            return self._handle(request)
        except FrontlabError as error:
            return {"error": str(error)}

    def _drop(self, client: "_Client") -> None:
        self._clients.discard(client)
        self._selector.unregister(client.connection)
        client.connection.close()


class _Client:
    """A connection, and what of either direction is under way."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.unsent = b""
        self._received = b""

    def read(self) -> bool:
        """Take what has come; return whether the connection goes on."""
        octets = self.connection.recv(_READ)
        self._received += octets
        too_long = len(self._received.split(b"\n", 1)[0]) > LONGEST_REQUEST
        return bool(octets) and not too_long

    def write(self) -> bool:
        """Send what the socket takes."""
        self.unsent = self.unsent[self.connection.send(self.unsent) :]
        return True

    def next_line(self) -> bytes | None:
        """Return the next whole line with its end, None when there is none."""
        line, newline, rest = self._received.partition(b"\n")
        if not newline:
            return None
        self._received = rest
        return line + newline


def ask(path: Path, request: Mapping[str, Any], timeout_s: float = 10.0) -> Answer:
    """Send one request to the control socket `path` and return its answer.

    Raises:
        FrontlabError: nobody answers there, or the answer is an error.
    """
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout_s)
            connection.connect(str(path))
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("rb") as stream:
                answer: Answer = json.loads(stream.readline())
    except (OSError, ValueError) as error:
        why = f"{path}: no answer: {getattr(error, 'strerror', None) or error}"
        raise FrontlabError(f"{why} (is it a program's --control?)") from error
    if "error" in answer:
        raise FrontlabError(str(answer["error"]))
    return answer


def _may_ask(connection: socket.socket) -> bool:
    size = _CREDENTIALS.size
    octets = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    return _CREDENTIALS.unpack(octets)[1] in (0, os.geteuid())

"""The session with the router: says what is announced, again after each new start."""

import json
import logging
import socket
from pathlib import Path
from selectors import EVENT_READ, BaseSelector

log = logging.getLogger("frontlab-announce")

LARGEST_OCTETS = 4096


class Session:
    """Keeps the router told, for as long as there is one.

    The router withdraws what a session held when the session ends: no words are
    needed from an agent that dies.

    Args:
        path: the router's control socket.
        selector: where the connection is registered, with what to call as its data.
        anycast: name of what is announced.
        member: name of who announces it.
    """

    def __init__(
        self, path: Path, selector: BaseSelector, anycast: str, member: str
    ) -> None:
        self._path, self._selector = path, selector
        self._about = {"anycast": anycast, "member": member}
        self._connection: socket.socket | None = None
        self._received = b""
        self._unanswered: list[bool] = []
        self._wanted: bool | None = None
        self.acknowledged: bool | None = None
        self.starts = 0

    def say(self, announced: bool) -> None:
        """Tell the router, now or when it is back."""
        if announced != self._wanted:
            self._wanted = announced
            self._send()

    def keep(self) -> None:
        """Connect, if there is no connection and something to say."""
        if self._connection is not None or self._wanted is None:
            return
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.setblocking(False)
        try:
            connection.connect(str(self._path))
        except OSError:
            connection.close()
            return
        self.starts += 1
        self._connection, self._received, self._unanswered = connection, b"", []
        self._selector.register(connection, EVENT_READ, self._receive)
        self._send()

    def close(self) -> None:
        """End the session; the router withdraws what it held."""
        if self._connection is not None:
            self._selector.unregister(self._connection)
            self._connection.close()
        self._connection = self.acknowledged = None

    def _send(self) -> None:
        if self._connection is None or self._wanted is None:
            return
        command = "hold" if self._wanted else "withdraw"
        line = json.dumps({"command": command, **self._about}).encode() + b"\n"
        self._unanswered.append(self._wanted)
        try:
            self._connection.sendall(line)  # less than an empty send buffer
        except OSError:
            self.close()

    def _receive(self) -> None:
        if self._connection is None:
            return
        try:
            octets = self._connection.recv(LARGEST_OCTETS)
        except OSError:
            octets = b""
        if not octets:
            log.warning("the router has left")
            self.close()
            return
        *lines, self._received = (self._received + octets).split(b"\n")
        for line in lines:
            self._take(json.loads(line))

    def _take(self, answer: dict[str, object]) -> None:
        said = self._unanswered.pop(0)
        if answer.get("ok"):
            self.acknowledged = said
        else:
            log.error("the router refuses: %s", answer.get("error"))

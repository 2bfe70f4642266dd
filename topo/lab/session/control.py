"""What a running lab answers to the command line, over the socket of its name."""

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from ..lab import Lab
from .registry import peer

Answer = dict[str, Any]
Handler = Callable[[Lab], Answer]

REQUEST_BYTES = 4096
CLIENT_S = 2.0


@contextmanager
def answering(lab: Lab, listener: socket.socket) -> Iterator[None]:
    """Answer requests about `lab` on `listener` from a thread, until exit."""
    thread = threading.Thread(target=_serve, args=(lab, listener), daemon=True)
    thread.start()
    yield


def info(lab: Lab) -> Answer:
    """Return what the lab is: world, time to ready, links in ms."""
    return {
        "name": lab.name,
        "world": lab.world.name,
        "wan": lab.wan.name,
        "ready_s": round(lab.ready_s, 3),
        "links": [link.as_json() for link in lab.links],
    }


def processes(lab: Lab) -> Answer:
    """Return every role: host, process id inside the sandbox, state, last words."""
    dead = {role.name: role for role in lab.dead()}
    return {
        "roles": [
            {
                "name": role.name,
                "host": role.host,
                "pid": role.process.pid,
                "state": "dead" if role.name in dead else "running",
                "log": role.log_tail(3) if role.name in dead else "",
            }
            for role in lab.supervisor.roles.values()
        ]
    }


def counters(lab: Lab) -> Answer:
    """Return the counters of every direction of every wide-area link."""
    return {"links": {n: asdict(c) for n, c in lab.wan.counters().items()}}


HANDLERS: dict[str, Handler] = {
    "info": info,
    "ps": processes,
    "counters": counters,
}


def _serve(lab: Lab, listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(CLIENT_S)
            _, uid = peer(connection)
            if uid == os.geteuid():
                _answer(lab, connection)


def _answer(lab: Lab, connection: socket.socket) -> None:
    try:
        answer = _handle(lab, connection.recv(REQUEST_BYTES))
        connection.sendall(json.dumps(answer).encode() + b"\n")
    except OSError:
        return  # The asker left; there is nobody to tell.


def _handle(lab: Lab, line: bytes) -> Answer:
    try:
        operation = json.loads(line)["do"]
    except (ValueError, TypeError, KeyError):
        return {"error": "a request is one JSON object with the key 'do'"}
    if handler := HANDLERS.get(operation):
        return handler(lab)
    return {"error": f"cannot {operation!r} (can: {', '.join(HANDLERS)})"}

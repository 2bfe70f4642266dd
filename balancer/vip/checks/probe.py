"""Asking backends how they are: TCP and HTTP checks that never block, in a bound."""

import errno
import os
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector

MAX_UNDER_WAY = 256
_LONGEST_STATUS_LINE = 1024
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([0-9]{3})[ \r\n]")
_NEVER_S = 3600.0


@dataclass(frozen=True, slots=True)
class Target:
    """One backend of one pool, and how to check it.

    Args:
        pool: the pool's name.
        backend: the backend's.
        address: who is asked.
        port: where.
        path: what is asked for by HTTP; None asks for TCP alone.
        interval_s: from the start of one check to that of the next.
        timeout_s: how long an answer may take.
        aspect: the name of the check, when a backend has several.
        mark: of the packets, by which they find the backend if it is not `address`.
    """

    pool: str
    backend: str
    address: str
    port: int
    path: str | None
    interval_s: float
    timeout_s: float
    aspect: str = ""
    mark: int = 0

    def request(self) -> bytes:
        """Return the HTTP request."""
        # HTTP/1.0: the answer ends with the connection, and the backend closes first.
        host = f"[{self.address}]" if ":" in self.address else self.address
        lines = (f"GET {self.path} HTTP/1.0", f"Host: {host}:{self.port}")
        return "\r\n".join((*lines, "User-Agent: frontlab-health", "", "")).encode()


def http_passed(received: bytes) -> bool | None:
    """Whether an answer's status is 2xx; None while its first line is not whole."""
    if match := _STATUS_LINE.match(received):
        return match[1].startswith(b"2")
    over = b"\n" in received or len(received) >= _LONGEST_STATUS_LINE
    return False if over else None


# Told of each check's end: the target, and "" or what went wrong.
Report = Callable[[Target, str], None]


@dataclass(slots=True, eq=False)
class _Check:
    """A check under way."""

    target: Target
    connection: socket.socket
    deadline_s: float
    received: bytes = b""
    events: int = field(default=EVENT_WRITE)


class Prober:
    """Checks every target once per interval; the caller owns selector and clock.

    Args:
        targets: who is checked, all of them at once for a start.
        selector: where the sockets are registered, with what to call as their data.
        report: told of each result.
        now_s: the time now, in seconds of the clock that `run` is given.
    """

    def __init__(
        self,
        targets: tuple[Target, ...],
        selector: BaseSelector,
        report: Report,
        now_s: float,
    ) -> None:
        self._selector, self._report = selector, report
        self._due = [(now_s, number, each) for number, each in enumerate(targets)]
        heapify(self._due)
        self._under_way: set[_Check] = set()

    def run(self, now_s: float) -> float:
        """End what took too long, start what is due; return seconds to the next."""
        for check in [c for c in self._under_way if c.deadline_s <= now_s]:
            self._end(check, f"no answer in {check.target.timeout_s:g} s")
        while self._due and self._due[0][0] <= now_s and self._has_room():
            _, number, target = heappop(self._due)
            heappush(self._due, (now_s + target.interval_s, number, target))
            self._start(target, now_s)
        return max(self._next_s() - now_s, 0.0)

    def change(self, targets: tuple[Target, ...], now_s: float) -> None:
        """Check `targets` from now on, and those that are new at once."""
        due = {target: due_s for due_s, _, target in self._due}
        self._due = [(due.get(t, now_s), n, t) for n, t in enumerate(targets)]
        heapify(self._due)
        for check in [c for c in self._under_way if c.target not in targets]:
            self._forget(check)

    def close(self) -> None:
        """Give up what is under way."""
        for check in tuple(self._under_way):
            self._forget(check)

    def _has_room(self) -> bool:
        return len(self._under_way) < MAX_UNDER_WAY

    def _next_s(self) -> float:
        deadlines = [check.deadline_s for check in self._under_way]
        starts = [self._due[0][0]] if self._due and self._has_room() else []
        return min(deadlines + starts, default=_NEVER_S)

    def _start(self, target: Target, now_s: float) -> None:
        family = socket.AF_INET6 if ":" in target.address else socket.AF_INET
        connection = socket.socket(family, socket.SOCK_STREAM)
        connection.setblocking(False)
        if target.mark:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, target.mark)
        status = connection.connect_ex((target.address, target.port))
        if status not in (0, errno.EINPROGRESS):
            connection.close()
            self._report(target, os.strerror(status))
            return
        check = _Check(target, connection, now_s + target.timeout_s)
        self._under_way.add(check)
        self._selector.register(connection, EVENT_WRITE, lambda: self._go_on(check))

    def _go_on(self, check: _Check) -> None:
        if check not in self._under_way:
            return  # given up since the selector told of it
        try:
            passed = self._step(check)
        except OSError as error:
            self._end(check, error.strerror or str(error))
            return
        if passed is not None:
            self._end(check, "" if passed else "no good answer")

    def _step(self, check: _Check) -> bool | None:
        """Do what the connection is ready for; True or False when that was the end."""
        connection = check.connection
        if check.events == EVENT_READ:
            octets = connection.recv(_LONGEST_STATUS_LINE)
            check.received += octets
            return http_passed(check.received) if octets else False
        if failure := connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(failure, os.strerror(failure))
        if check.target.path is None:
            return True
        connection.send(check.target.request())  # less than an empty send buffer
        check.events = EVENT_READ
        self._selector.modify(connection, EVENT_READ, lambda: self._go_on(check))
        return None

    def _end(self, check: _Check, failure: str) -> None:
        self._forget(check)
        self._report(check.target, failure)

    def _forget(self, check: _Check) -> None:
        self._under_way.discard(check)
        self._selector.unregister(check.connection)
        check.connection.close()

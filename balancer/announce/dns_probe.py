"""Asking nameservers how they are, by UDP; never blocks."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from secrets import randbits
from selectors import EVENT_READ, BaseSelector

from ..errors import WireError
from ..wire.dns.codes import Rcode, Type
from ..wire.dns.query import AUTHORITATIVE, RESPONSE, Header, Question, make_query

LARGEST_OCTETS = 4096
RCODE = 0xF
_NEVER_S = 3600.0


@dataclass(frozen=True, slots=True)
class DnsTarget:
    """A nameserver, and the zone that it is asked for."""

    name: str
    address: str
    port: int
    zone: bytes
    interval_s: float
    timeout_s: float


def complaint(response: bytes, identifier: int) -> str | None:
    """Return what is wrong with a response, "" for nothing; None: it is not ours."""
    try:
        header = Header.from_wire(response)
    except WireError:
        return None
    if header.identifier != identifier or not header.flags & RESPONSE:
        return None
    if rcode := header.flags & RCODE:
        return f"response code {rcode}" + (" (REFUSED)" * (rcode == Rcode.REFUSED))
    if not header.flags & AUTHORITATIVE:
        return "no authoritative answer"
    return "" if header.answers else "no answer"


@dataclass(slots=True, eq=False)
class _Question:
    """A question under way."""

    target: DnsTarget
    socket: socket.socket
    identifier: int
    deadline_s: float


class DnsProber:
    """Asks every target once per interval; the caller owns selector and clock.

    Args:
        targets: who is asked, all of them at once for a start.
        selector: where the sockets are registered, with what to call as their data.
        report: told of each result: the target's name, and "" or what went wrong.
        now_s: the time now, in seconds of the clock that `run` is given.
    """

    def __init__(
        self,
        targets: tuple[DnsTarget, ...],
        selector: BaseSelector,
        report: Callable[[str, str], None],
        now_s: float,
    ) -> None:
        self._selector, self._report = selector, report
        self._due = [(now_s, number, each) for number, each in enumerate(targets)]
        heapify(self._due)
        self._under_way: set[_Question] = set()

    def run(self, now_s: float) -> float:
        """End what took too long, ask what is due; return seconds to the next."""
        for question in [q for q in self._under_way if q.deadline_s <= now_s]:
            self._end(question, f"no answer in {question.target.timeout_s:g} s")
        while self._due and self._due[0][0] <= now_s:
            _, number, target = heappop(self._due)
            heappush(self._due, (now_s + target.interval_s, number, target))
            self._ask(target, now_s)
        times = [question.deadline_s for question in self._under_way]
        times += [self._due[0][0]] if self._due else []
        return max(min(times, default=now_s + _NEVER_S) - now_s, 0.0)

    def close(self) -> None:
        """Give up what is under way."""
        for question in self._under_way:
            self._selector.unregister(question.socket)
            question.socket.close()
        self._under_way.clear()

    def _ask(self, target: DnsTarget, now_s: float) -> None:
        family = socket.AF_INET6 if ":" in target.address else socket.AF_INET
        asking = socket.socket(family, socket.SOCK_DGRAM)
        asking.setblocking(False)
        identifier = randbits(16)
        query = make_query(identifier, Question(target.zone, Type.SOA))
        question = _Question(target, asking, identifier, now_s + target.timeout_s)
        try:
            # Connected, so that a port where nobody listens is an error at once.
            asking.connect((target.address, target.port))
            asking.send(query.to_wire())
        except OSError as error:
            asking.close()
            self._report(target.name, _words(error))
            return
        self._under_way.add(question)
        self._selector.register(asking, EVENT_READ, lambda: self._read(question))

    def _read(self, question: _Question) -> None:
        if question not in self._under_way:
            return
        try:
            found = complaint(question.socket.recv(LARGEST_OCTETS), question.identifier)
        except OSError as error:
            found = _words(error)
        if found is not None:
            self._end(question, found)

    def _end(self, question: _Question, failure: str) -> None:
        self._under_way.discard(question)
        self._selector.unregister(question.socket)
        question.socket.close()
        self._report(question.target.name, failure)


def _words(error: OSError) -> str:
    return error.strerror or (os.strerror(error.errno) if error.errno else str(error))

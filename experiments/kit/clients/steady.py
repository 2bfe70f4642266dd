"""Clients that look up who answers an anycast address, at a steady rate, meanwhile.

Each question is asked once: what asks again sees less of a failure.
"""

import select
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import dns.message
import dns.rdataclass

from balancer.model import Address

from .dns_exchange import DNS_PORT
from .lookups import Lookup, Lookups
from .sockets import Hosts, open_socket

INTERVAL_S = 0.004
# While so many are under way, since the last that was answered, others come slowly: on
# a machine that stalls they would only fill queues until these overflow.
MANY, SLOW_INTERVAL_S = 256, 0.05
SETTLE_S = 0.5
MOVED_WITHIN_S = 30.0
PATIENCE_S = 5.0  # an answer that takes longer is none
NUMBERS = 1 << 16
LARGEST_OCTETS = 512


@dataclass(frozen=True, slots=True)
class Asker:
    """A client that asks an address until `then` answers it."""

    client: str
    address: Address
    then: str


def look_up(
    hosts: Hosts,
    askers: Sequence[Asker],
    work: Callable[[], None],
    settle_s: float = SETTLE_S,
    many: int = MANY,
) -> list[Lookups]:
    """Look up again and again before, during and after some work, all clients at once.

    It ends `settle_s` after the work is done and everyone is answered by who shall
    answer then, or when they are not for long. What the work raises, this does.

    Args:
        hosts: what gives access to the clients.
        askers: who asks whom.
        work: what is done meanwhile, in a thread of its own.
        settle_s: how long they ask on.
        many: with so many under way, a client asks slowly.
    """
    with ExitStack() as stack:
        streams = [_stream(hosts, asker, many, stack) for asker in askers]
        pool = stack.enter_context(ThreadPoolExecutor(1))
        _go_on(streams, lambda: False, SETTLE_S)
        doing = pool.submit(work)
        _go_on(streams, lambda: not doing.done(), SETTLE_S)
        moved_by_s = time.monotonic() + MOVED_WITHIN_S
        _go_on(
            streams,
            lambda: (
                not all(stream.has_moved for stream in streams)
                and time.monotonic() < moved_by_s
            ),
            settle_s,
        )
        _end(streams)
        doing.result()
    return [stream.lookups for stream in streams]


class _Stream:
    """The look-ups of one client, and which of them are under way."""

    def __init__(self, asking: socket.socket, then: str, many: int) -> None:
        query = dns.message.make_query("id.server.", "TXT", dns.rdataclass.CHAOS)
        self._asking, self._query = asking, query.to_wire()[2:]
        self._then, self._server, self._many = then, "", many
        self.lookups = Lookups()
        self._due_s = 0.0
        self._latest = -1

    @property
    def has_moved(self) -> bool:
        return self._server == self._then

    @property
    def waits(self) -> bool:
        """They are answered in turn: behind the last there is nothing to wait for."""
        return self._latest < len(self.lookups.asked) - 1

    def fileno(self) -> int:
        return self._asking.fileno()

    def ask_if_due(self, now_s: float) -> None:
        if now_s < self._due_s:
            return
        number = len(self.lookups.asked)
        slow = number - 1 - self._latest > self._many
        self._due_s = max(
            self._due_s + (SLOW_INTERVAL_S if slow else INTERVAL_S), now_s
        )
        self.lookups.asked.append(Lookup(now_s))
        wire = (number % NUMBERS).to_bytes(2) + self._query
        try:
            self._asking.send(wire)
        except ConnectionRefusedError:
            self._asking.send(wire)  # The refusal was of an earlier one.

    def hear(self) -> None:
        try:
            octets = self._asking.recv(LARGEST_OCTETS)
        except ConnectionRefusedError:
            return
        now_s, last = time.monotonic(), len(self.lookups.asked) - 1
        number = last - (last - int.from_bytes(octets[:2])) % NUMBERS
        lookup = self.lookups.asked[number]
        if now_s - lookup.asked_s > PATIENCE_S:
            return
        lookup.heard_s, lookup.server = now_s, read_server(octets)
        if number > self._latest:
            self._latest, self._server = number, lookup.server


def read_server(octets: bytes) -> str:
    """Return who says to have answered; DNSException when it cannot be read."""
    [answer] = dns.message.from_wire(octets).answer
    return str(answer[0].strings[0], "ascii")


def _stream(hosts: Hosts, asker: Asker, many: int, stack: ExitStack) -> _Stream:
    asking = open_socket(hosts, asker.client, asker.address, socket.SOCK_DGRAM)
    stack.enter_context(asking).connect((str(asker.address), DNS_PORT))
    return _Stream(asking, asker.then, many)


def _go_on(
    streams: Sequence[_Stream], is_busy: Callable[[], bool], settle_s: float
) -> None:
    """Look up for as long as that, and a little longer."""
    end_s = time.monotonic() + settle_s
    while (now_s := time.monotonic()) < end_s:
        if is_busy():
            end_s = now_s + settle_s
        for stream in streams:
            stream.ask_if_due(now_s)
        _hear(streams)


def _end(streams: Sequence[_Stream]) -> None:
    """Ask nothing more, and wait for late answers."""
    ended_s = time.monotonic()
    for stream in streams:
        stream.lookups.ended_s = ended_s
    while (
        any(stream.waits for stream in streams)
        and time.monotonic() < ended_s + PATIENCE_S
    ):
        _hear(streams)


def _hear(streams: Sequence[_Stream]) -> None:
    for stream in select.select(streams, [], [], INTERVAL_S / 4)[0]:
        stream.hear()

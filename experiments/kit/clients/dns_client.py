"""Asking resolvers from hosts of the lab: single questions, and seeded load."""

import asyncio
import contextlib
import random
import socket
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

import dns.entropy
import dns.exception
import dns.message
import dns.rdatatype

from balancer.model import Address

from .sockets import Hosts, open_socket

DNS_PORT = 53
TIMEOUT_S = 3.0


@dataclass(frozen=True, slots=True)
class Ask:
    """A question for later: `client` asks `server` for `name`, `at_s` from the start.

    `kind` is the record type, "A" or "AAAA".
    """

    at_s: float
    client: str
    server: Address
    name: str
    kind: str = "A"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Args:
        ask: the question.
        at_s: when the answer came, seconds from the start; None when none came.
        addresses: what was answered, empty for a negative answer.
        ttl_s: TTL of the answer, None without records.
    """

    ask: Ask
    at_s: float | None
    addresses: tuple[Address, ...] = ()
    ttl_s: int | None = None


def poisson(
    asks: Sequence[Ask], rate_qps: float, window_s: float, source: random.Random
) -> Iterator[Ask]:
    """Yield each of `asks` again and again, each at `rate_qps`, for `window_s`."""
    for ask in asks:
        at_s = source.expovariate(rate_qps)
        while at_s < window_s:
            yield Ask(at_s, ask.client, ask.server, ask.name, ask.kind)
            at_s += source.expovariate(rate_qps)


def periodic(ask: Ask, period_s: float, window_s: float) -> Iterator[Ask]:
    """Yield `ask` every `period_s` from its own `at_s` on, for `window_s`."""
    for k in range(int(window_s / period_s)):
        at_s = ask.at_s + k * period_s
        yield Ask(at_s, ask.client, ask.server, ask.name, ask.kind)


async def ask_all(
    hosts: Hosts, asks: Iterable[Ask], timeout_s: float = TIMEOUT_S
) -> list[Answer]:
    """Send every question at its time, from one socket a client and server.

    What has no answer `timeout_s` after the last question was sent is told as such;
    nothing is asked twice.
    """
    ordered = sorted(asks, key=lambda ask: ask.at_s)
    load = _Load(hosts, len(ordered))
    loop = asyncio.get_running_loop()
    try:
        for ask in ordered:
            channel = load.channel(ask)
            loop.call_at(load.start_s + ask.at_s, channel.send, ask)
        last_s = ordered[-1].at_s if ordered else 0.0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(last_s + timeout_s):
                await load.done.wait()
    finally:
        unanswered = [ask for it in load.channels.values() for ask in it.close()]
    return [*load.answers, *(Answer(ask, None) for ask in unanswered)]


class _Load:
    """The questions under way; `done` is set with the last answer."""

    def __init__(self, hosts: Hosts, wanted: int) -> None:
        self.start_s = asyncio.get_running_loop().time()
        self.channels: dict[tuple[str, Address], _Channel] = {}
        self.answers: list[Answer] = []
        self.done = asyncio.Event()
        self._hosts = hosts
        self._wanted = wanted
        self._end_if_complete()

    def channel(self, ask: Ask) -> "_Channel":
        """Return the channel of the question's client and server."""
        key = ask.client, ask.server
        if key not in self.channels:
            client = open_socket(self._hosts, *key, socket.SOCK_DGRAM)
            client.connect((str(ask.server), DNS_PORT))
            self.channels[key] = _Channel(client, self)
        return self.channels[key]

    def keep(self, answer: Answer) -> None:
        """Store an answer."""
        self.answers.append(answer)
        self._end_if_complete()

    def _end_if_complete(self) -> None:
        if len(self.answers) == self._wanted:
            self.done.set()


class _Channel:
    """A connected UDP socket and the questions that wait for an answer on it."""

    def __init__(self, client: socket.socket, load: _Load) -> None:
        self._client = client
        self._load = load
        self._waiting: dict[int, Ask] = {}
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(client, self._receive)

    def send(self, ask: Ask) -> None:
        """Send a question now; the answer goes to the load."""
        query = dns.message.make_query(ask.name, ask.kind, id=self._identifier())
        self._waiting[query.id] = ask
        with contextlib.suppress(OSError):  # It counts as unanswered.
            self._client.send(query.to_wire())

    def _identifier(self) -> int:
        """Return one that no question waits with.

        At random, as stubs choose them: Unbound rotates records by the identifier.
        """
        while True:
            identifier = dns.entropy.random_16()
            if identifier not in self._waiting:
                return identifier

    def close(self) -> list[Ask]:
        """End the channel and return what was never answered."""
        self._loop.remove_reader(self._client)
        self._client.close()
        return list(self._waiting.values())

    def _receive(self) -> None:
        try:
            message = dns.message.from_wire(self._client.recv(65535))
        except (OSError, dns.exception.DNSException):
            return  # A port that was closed, or an answer that nobody can read.
        ask = self._waiting.pop(message.id, None)
        if ask is not None:
            at_s = self._loop.time() - self._load.start_s
            self._load.keep(_answer(ask, at_s, message))


def _answer(ask: Ask, at_s: float, message: dns.message.Message) -> Answer:
    kind = dns.rdatatype.from_text(ask.kind)
    for rrset in message.answer:
        if rrset.rdtype == kind:
            found = tuple(ip_address(str(rdata)) for rdata in rrset)
            return Answer(ask, at_s, found, rrset.ttl)
    return Answer(ask, at_s)

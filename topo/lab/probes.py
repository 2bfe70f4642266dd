"""One question to a role, asked until it is answered; coroutines, no threads.

Sockets are made inside the asker's network namespace and used outside of it: a
socket belongs to the namespace in which it was made.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.message
import dns.rcode

from balancer.model import Address
from balancer.status import read_status

Inside = Callable[[], AbstractContextManager[None]]
Attempt = Callable[[], Awaitable[bool]]

DNS_PORT = 53
IPVS_TABLE = Path("/proc/thread-self/net/ip_vs")
RETRY_S = 0.1
ATTEMPT_S = 1.5


@dataclass(frozen=True, slots=True)
class Asker:
    """Where a probe's socket is made: `inside` enters the namespace and leaves it."""

    inside: Inside

    def open(self, address: Address, kind: socket.SocketKind) -> socket.socket:
        """Return a non-blocking socket of the address's family in the namespace."""
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        with self.inside():
            made = socket.socket(family, kind)
        made.setblocking(False)
        return made


async def until_answered(attempt: Attempt) -> None:
    """Repeat `attempt` until it is true; the caller bounds the whole by a timeout."""
    while True:
        try:
            async with asyncio.timeout(ATTEMPT_S):
                if await attempt():
                    return
        except (OSError, TimeoutError, dns.exception.DNSException):
            pass  # Not there yet; what matters is whether it ever answers.
        await asyncio.sleep(RETRY_S)


def dns_attempt(asker: Asker, server: Address, name: str) -> Attempt:
    """Ask `server` for the A records of `name`; true when it answers with one."""

    async def attempt() -> bool:
        query = dns.message.make_query(name, "A")
        loop = asyncio.get_running_loop()
        with asker.open(server, socket.SOCK_DGRAM) as client:
            await loop.sock_connect(client, (str(server), DNS_PORT))
            await loop.sock_sendall(client, query.to_wire())
            answer = dns.message.from_wire(await loop.sock_recv(client, 4096))
        return answer.rcode() == dns.rcode.NOERROR and bool(answer.answer)

    return attempt


def http_attempt(asker: Asker, server: Address, port: int, path: str) -> Attempt:
    """Fetch `path` over HTTP/1.0; true when the status is 200."""

    async def attempt() -> bool:
        loop = asyncio.get_running_loop()
        with asker.open(server, socket.SOCK_STREAM) as client:
            await loop.sock_connect(client, (str(server), port))
            await loop.sock_sendall(client, f"GET {path} HTTP/1.0\r\n\r\n".encode())
            answer = await loop.sock_recv(client, 64)
        return answer.split(b" ")[1:2] == [b"200"]

    return attempt


def healthy_attempt(status: Path) -> Attempt:
    """Read a balancer's status; true when it counts all its backends as healthy."""

    async def attempt() -> bool:
        told = await asyncio.to_thread(read_status, status)
        return all(backend["healthy"] for backend in told["backends"].values())

    return attempt


def ipvs_attempt(asker: Asker, backends: int) -> Attempt:
    """Read the host's table of IPVS; true when it sends to that many backends."""

    async def attempt() -> bool:
        with asker.inside():
            return len(ipvs_weights(IPVS_TABLE.read_text())) >= backends

    return attempt


def ipvs_weights(table: str) -> list[int]:
    """Return the weights above 0 of all backends in /proc/net/ip_vs."""
    rows = (line.split() for line in table.splitlines())
    weights = (int(row[3]) for row in rows if row[:1] == ["->"] and row[3].isdigit())
    return [weight for weight in weights if weight]


async def until_notified(descriptor: int) -> None:
    """Wait until the program at the other end of the pipe announces readiness.

    Raises:
        EOFError: it closed the descriptor, by ending, without announcing.
    """
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(descriptor, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(descriptor)
    if not _read_notice(descriptor):
        raise EOFError


def _read_notice(descriptor: int) -> bytes:
    with open(descriptor, "rb", buffering=0) as pipe:
        return pipe.read(1) or b""

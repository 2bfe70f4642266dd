"""Connections that stay open: one request, and later another on the same connection."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from balancer.model import Address
from topo.world.plan import Host

from ..clients.http_client import parse_response
from ..clients.sockets import Hosts, open_socket
from ..packets.sighting import Flow

# SO_LINGER 0: closing sends a reset and leaves nothing behind.
AT_ONCE = struct.pack("ii", 1, 0)
ANSWER_LENGTH = 4096
TIMEOUT_S = 8.0
AT_A_TIME = 20

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wish:
    """A connection to open: from a port of its own, so that every run is the same."""

    tracking: str
    vip: Address
    port: int
    source_port: int


@dataclass(slots=True)
class Connection:
    """A connection and what became of it.

    Args:
        tracking: of its VIP.
        flow: from the client.
        client: the socket.
        opened: the backend that answered the first request, "" for none.
        answered: the one that answered the second, "" for none.
        silent: whether the second ran into the timeout, without a reset.
    """

    tracking: str
    flow: Flow
    client: socket.socket
    opened: str = ""
    answered: str = ""
    silent: bool = False


async def open_all(
    hosts: Hosts, client: Host, wishes: Sequence[Wish]
) -> list[Connection]:
    """Open connections from `client`, each with a first request."""
    return await _in_turn(_open(hosts, client, wish) for wish in wishes)


async def ask_again(connections: Sequence[Connection]) -> None:
    """Send the second request on each connection that opened."""
    await _in_turn(_ask_again(it) for it in connections if it.opened)


@contextmanager
def closing_all(connections: Sequence[Connection]) -> Iterator[None]:
    """Reset every connection at exit."""
    try:
        yield
    finally:
        for connection in connections:
            connection.client.close()


async def _in_turn(requests: Iterable[Awaitable[T]]) -> list[T]:
    """Await all of them, few at a time: a switch in user space loses from bursts."""
    turns = asyncio.Semaphore(AT_A_TIME)

    async def wait(request: Awaitable[T]) -> T:
        async with turns:
            return await request

    return await asyncio.gather(*map(wait, requests))


async def _open(hosts: Hosts, host: Host, wish: Wish) -> Connection:
    loop = asyncio.get_running_loop()
    address = host.address4 if wish.vip.version == 4 else host.address6
    client = open_socket(hosts, host.name, wish.vip, socket.SOCK_STREAM)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    client.bind((str(address), wish.source_port))
    flow = Flow(address, wish.vip, wish.source_port, wish.port)
    connection = Connection(wish.tracking, flow, client)
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await loop.sock_connect(client, (str(wish.vip), wish.port))
            connection.opened = await _request(client)
    except OSError:
        pass  # TimeoutError is one, too: it did not open, which rows tell.
    return connection


async def _ask_again(connection: Connection) -> None:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            connection.answered = await _request(connection.client)
    except TimeoutError:
        connection.silent = True
    except OSError:
        pass  # A reset.


async def _request(client: socket.socket) -> str:
    """Return the name of the backend that answers; OSError when it ends instead."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(client, b"GET / HTTP/1.1\r\nHost: frontlab\r\n\r\n")
    answer = b""
    while not name_in(answer):
        part = await loop.sock_recv(client, ANSWER_LENGTH)
        if not part:
            raise ConnectionResetError("it ended")
        answer += part
    return name_in(answer)


def name_in(answer: bytes) -> str:
    """Return the body, which is a line with the backend's name, once it is whole."""
    status, _ = parse_response(answer)
    body = answer.partition(b"\r\n\r\n")[2]
    return body.decode().strip() if status == 200 and body.endswith(b"\n") else ""

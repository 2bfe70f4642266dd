"""Fetching from a host of the lab: one connection, one request, and its times."""

import asyncio
import socket
from dataclasses import dataclass

from balancer.model import Address

from .sockets import Hosts, open_socket

CHUNK = 1 << 16
TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True)
class Request:
    """What to fetch: `path` of `name`, from the server at `address`:`port`."""

    name: str
    address: Address
    port: int
    path: str

    def to_wire(self) -> bytes:
        """Return the request; the server closes when it has answered."""
        head = f"GET {self.path} HTTP/1.1\r\nHost: {self.name}\r\n"
        return f"{head}User-Agent: frontlab\r\nConnection: close\r\n\r\n".encode()


@dataclass(frozen=True, slots=True)
class Fetch:
    """What became of a request.

    Args:
        request: what was asked.
        local_port: the client's port, 0 when no connection came about.
        status: of HTTP; 0 when no answer came.
        body_length: octets received behind the header.
        elapsed_ms: from the first packet sent to the last octet received.
        error: why there is no status, or "".
    """

    request: Request
    local_port: int
    status: int
    body_length: int
    elapsed_ms: float
    error: str = ""


async def fetch(
    hosts: Hosts, host: str, request: Request, timeout_s: float = TIMEOUT_S
) -> Fetch:
    """Fetch from `host`; a failure is a result too."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    local_port = 0
    with open_socket(hosts, host, request.address, socket.SOCK_STREAM) as client:
        try:
            async with asyncio.timeout(timeout_s):
                await loop.sock_connect(client, (str(request.address), request.port))
                local_port = client.getsockname()[1]
                await loop.sock_sendall(client, request.to_wire())
                answer = await read_to_end(client)
        except TimeoutError:
            error = f"no answer within {timeout_s:g} s"
            return Fetch(request, local_port, 0, 0, _ms(loop, began_s), error)
        except OSError as error:
            elapsed_ms = _ms(loop, began_s)
            return Fetch(request, local_port, 0, 0, elapsed_ms, str(error))
    status, body_length = parse_response(answer)
    elapsed_ms = _ms(loop, began_s)
    error_text = "" if status else "not an HTTP answer"
    return Fetch(request, local_port, status, body_length, elapsed_ms, error_text)


def parse_response(answer: bytes) -> tuple[int, int]:
    """Return status and length of the body; status 0 when it is no HTTP answer."""
    head, separator, body = answer.partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    if not separator or len(words) < 2 or not words[0].startswith(b"HTTP/1."):
        return 0, 0
    return (int(words[1]) if words[1].isdigit() else 0), len(body)


async def read_to_end(client: socket.socket) -> bytes:
    """Return all that comes until the other end closes; OSError if it breaks off."""
    loop = asyncio.get_running_loop()
    parts = []
    while part := await loop.sock_recv(client, CHUNK):
        parts.append(part)
    return b"".join(parts)


def _ms(loop: asyncio.AbstractEventLoop, began_s: float) -> float:
    return (loop.time() - began_s) * 1e3

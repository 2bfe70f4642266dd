"""Requests with a body in one direction or the other, and their times."""

import asyncio
import socket
from dataclasses import dataclass

from balancer.model import Address

from ..clients.http_client import parse_response, read_to_end
from ..clients.sockets import Hosts, open_socket

TIMEOUT_S = 15.0
# DSCP 46 (expedited forwarding), which nothing on the way should lose.
TOS = 46 << 2


@dataclass(frozen=True, slots=True)
class Transfer:
    """What became of a request.

    Args:
        port: the client's.
        status: of HTTP; 0 when no answer came, or its end did not.
        body_length: octets of the answer's body.
        connect_ms: of the handshake.
        answer_ms: from the request to the end of the answer.
    """

    port: int = 0
    status: int = 0
    body_length: int = 0
    connect_ms: float = 0.0
    answer_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Server:
    """Where requests go: from a host to a port of a VIP."""

    host: str
    vip: Address
    port: int


async def transfer(
    hosts: Hosts, server: Server, path: str, upload_length: int = 0
) -> Transfer:
    """Send a request with a body, which may be empty; a failure has status 0.

    The server closes when it has got the whole body, so that the end of its answer says
    that nothing of it was lost.
    """
    loop = asyncio.get_running_loop()
    with open_socket(hosts, server.host, server.vip, socket.SOCK_STREAM) as client:
        _mark(client, server.vip)
        began_s = loop.time()
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await loop.sock_connect(client, (str(server.vip), server.port))
                opened_s = loop.time()
                await loop.sock_sendall(client, _request(path, upload_length))
                status, length = parse_response(await read_to_end(client))
        except OSError:  # TimeoutError is one, too.
            return Transfer()
        ended_s = loop.time()
        return Transfer(
            port=client.getsockname()[1],
            status=status,
            body_length=length,
            connect_ms=(opened_s - began_s) * 1e3,
            answer_ms=(ended_s - opened_s) * 1e3,
        )


def _mark(client: socket.socket, vip: Address) -> None:
    if vip.version == 4:
        client.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, TOS)
    else:
        client.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, TOS)


def _request(path: str, upload_length: int) -> bytes:
    verb = "POST" if upload_length else "GET"
    head = f"{verb} {path} HTTP/1.1\r\nHost: frontlab\r\nConnection: close\r\n"
    return f"{head}Content-Length: {upload_length}\r\n\r\n".encode() + bytes(
        upload_length
    )

"""One question by UDP or TCP from a host of the lab, and what came back, octets too."""

import asyncio
import contextlib
import socket
from dataclasses import dataclass
from ipaddress import ip_address

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.rdatatype

from balancer.model import Address, Network

from .sockets import Hosts, open_socket

DNS_PORT = 53
TIMEOUT_S = 5.0
DATAGRAM_MAX = 65535


@dataclass(frozen=True, slots=True)
class Question:
    """What a stub asks.

    Args:
        client: the host that asks; `server` the address that it asks.
        name: absolute; `kind` is "A" or "AAAA".
        payload_size: the largest answer by UDP that it takes (RFC 6891); None: it
            sends no EDNS0, and takes 512 octets.
        subnet: the client subnet that it sends (RFC 7871), if any.
        stream: by TCP.
    """

    client: str
    server: Address
    name: str
    kind: str = "A"
    payload_size: int | None = None
    subnet: Network | None = None
    stream: bool = False

    def to_wire(self) -> bytes:
        """Return the query's octets."""
        size, options = self.payload_size, self._options()
        if options and size is None:
            size = 1232
        query = dns.message.make_query(
            *(self.name, self.kind),
            use_edns=-1 if size is None else 0,
            payload=size or 512,
            options=options,
        )
        return query.to_wire()

    def _options(self) -> list[dns.edns.Option]:
        if self.subnet is None:
            return []
        address, length = str(self.subnet.network_address), self.subnet.prefixlen
        return [dns.edns.ECSOption(address, length)]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back.

    Args:
        octets: length of the message.
        truncated: whether it says so (TC).
        rcode: RFC 1035's; 0 is no error.
        addresses: of the asked kind, in the order of the answer.
        ttl_s: of those; None without any.
        scope_length: RFC 7871's scope prefix length; None without the option.
        source: the address from which it came.
        elapsed_ms: since the first octet was sent, the handshake included.
    """

    octets: int
    truncated: bool
    rcode: int
    addresses: tuple[Address, ...]
    ttl_s: int | None
    scope_length: int | None
    source: Address
    elapsed_ms: float


async def exchange(
    hosts: Hosts, question: Question, timeout_s: float = TIMEOUT_S
) -> Reply | None:
    """Ask once; None when no answer came in time, or none that can be read.

    An answer by UDP counts from whichever address it comes: who checks, compares
    `Reply.source` with what was asked.
    """
    loop = asyncio.get_running_loop()
    ask = _by_tcp if question.stream else _by_udp
    began_s = loop.time()
    with contextlib.suppress(TimeoutError, OSError, dns.exception.DNSException):
        async with asyncio.timeout(timeout_s):
            octets, source = await ask(hosts, question)
        return read_reply(question, octets, source, (loop.time() - began_s) * 1e3)
    return None


def read_reply(
    question: Question, octets: bytes, source: Address, elapsed_ms: float
) -> Reply:
    """Return what a message says; DNSException when it cannot be read."""
    message = dns.message.from_wire(octets, ignore_trailing=True)
    kind = dns.rdatatype.from_text(question.kind)
    found = [it for it in message.answer if it.rdtype == kind]
    subnets = [it for it in message.options if isinstance(it, dns.edns.ECSOption)]
    return Reply(
        octets=len(octets),
        truncated=bool(message.flags & dns.flags.TC),
        rcode=int(message.rcode()),
        addresses=tuple(ip_address(str(it)) for rrset in found for it in rrset),
        ttl_s=min((it.ttl for it in found), default=None),
        scope_length=subnets[0].scopelen if subnets else None,
        source=source,
        elapsed_ms=elapsed_ms,
    )


async def _by_udp(hosts: Hosts, question: Question) -> tuple[bytes, Address]:
    loop, query = asyncio.get_running_loop(), question.to_wire()
    kind = socket.SOCK_DGRAM
    with open_socket(hosts, question.client, question.server, kind) as client:
        await loop.sock_sendto(client, query, (str(question.server), DNS_PORT))
        while True:
            octets, peer = await loop.sock_recvfrom(client, DATAGRAM_MAX)
            if octets[:2] == query[:2]:
                return octets, ip_address(peer[0])


async def _by_tcp(hosts: Hosts, question: Question) -> tuple[bytes, Address]:
    loop, query = asyncio.get_running_loop(), question.to_wire()
    kind = socket.SOCK_STREAM
    with open_socket(hosts, question.client, question.server, kind) as client:
        await loop.sock_connect(client, (str(question.server), DNS_PORT))
        # RFC 1035 4.2.2: two octets of length before each message.
        await loop.sock_sendall(client, len(query).to_bytes(2) + query)
        length = int.from_bytes(await _exactly(client, 2))
        return await _exactly(client, length), question.server


async def _exactly(client: socket.socket, length: int) -> bytes:
    loop, parts = asyncio.get_running_loop(), b""
    while len(parts) < length:
        part = await loop.sock_recv(client, length - len(parts))
        if not part:
            raise ConnectionError("the server closed before it had answered")
        parts += part
    return parts

"""One question over loopback, by UDP and TCP, to servers of this process."""

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from ipaddress import ip_address, ip_network
from typing import Any

import dns.edns
import dns.flags
import dns.message
import dns.rrset
import pytest

from experiments.kit.clients import dns_exchange
from experiments.kit.clients.dns_exchange import Question, Reply, exchange, read_reply

LOOPBACK = ip_address("127.0.0.1")
NAME = "www.frontlab.net"


class Here:
    def inside(self, host: str) -> nullcontext[None]:
        return nullcontext()


def answer(data: bytes, truncated: bool) -> bytes:
    query = dns.message.from_wire(data)
    response = dns.message.make_response(query)
    subnet = [it for it in query.options if isinstance(it, dns.edns.ECSOption)]
    if subnet:
        scoped = dns.edns.ECSOption(subnet[0].address, subnet[0].srclen, 16)
        response.use_edns(0, options=[scoped])
    if truncated:
        response.flags |= dns.flags.TC
    else:
        values = ["192.0.2.2", "192.0.2.1"]
        rrset = dns.rrset.from_text_list(f"{NAME}.", 7, "IN", "A", values)
        response.answer.append(rrset)
    return response.to_wire()


class Datagrams(asyncio.DatagramProtocol):
    """Says TC to everybody; to those without EDNS0 something else before."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        self.transport.sendto(b"not your question", address)
        self.transport.sendto(answer(data, truncated=True), address)


async def whole(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    length = int.from_bytes(await reader.readexactly(2))
    told = answer(await reader.readexactly(length), truncated=False)
    writer.write(len(told).to_bytes(2) + told)
    writer.close()


async def asked(question: Question, set_port: Callable[[int], None]) -> Reply | None:
    stream = await asyncio.start_server(whole, "127.0.0.1", 0)
    port = stream.sockets[0].getsockname()[1]
    set_port(port)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        Datagrams, local_addr=("127.0.0.1", port)
    )
    try:
        return await exchange(Here(), question, 1.0)
    finally:
        transport.close()
        stream.close()


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Reply | None]:
    def set_port(port: int) -> None:
        monkeypatch.setattr(dns_exchange, "DNS_PORT", port)

    def ask_with(**changes: Any) -> Reply | None:
        question = Question("here", LOOPBACK, NAME, **changes)
        return asyncio.run(asked(question, set_port))

    return ask_with


def test_by_udp_truncated(ask: Callable[..., Reply | None]) -> None:
    reply = ask()
    assert reply is not None
    assert (reply.truncated, reply.addresses, reply.ttl_s) == (True, (), None)
    assert (reply.source, reply.scope_length) == (LOOPBACK, None)


def test_by_tcp_whole(ask: Callable[..., Reply | None]) -> None:
    reply = ask(stream=True)
    assert reply is not None
    assert set(reply.addresses) == {ip_address("192.0.2.2"), ip_address("192.0.2.1")}
    assert (reply.truncated, reply.ttl_s) == (False, 7)
    assert reply.octets == 12 + 22 + 2 * 16


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1)])
def test_the_order_of_the_answer_is_kept(order: tuple[int, ...]) -> None:
    question = Question("here", LOOPBACK, NAME)
    query = bytearray(question.to_wire())
    query[2] |= 0x80
    query[7] = len(order)
    # A pointer to the name, A, IN, a TTL of 7 s, and four octets of address.
    head = bytes.fromhex("c00c 0001 0001 00000007 0004 c00002")
    records = b"".join(head + bytes([last]) for last in order)
    reply = read_reply(question, bytes(query) + records, LOOPBACK, 1.0)
    assert [int(it) & 255 for it in reply.addresses] == list(order)


def test_client_subnet_and_its_scope(ask: Callable[..., Reply | None]) -> None:
    reply = ask(subnet=ip_network("11.1.16.0/24"))
    assert reply is not None
    assert reply.scope_length == 16


def test_what_a_question_says_of_its_size() -> None:
    for size, edns, payload in ((None, -1, 0), (1232, 0, 1232), (4096, 0, 4096)):
        query = dns.message.from_wire(
            Question("here", LOOPBACK, NAME, payload_size=size).to_wire()
        )
        assert (query.edns, query.payload) == (edns, payload)


def test_nobody_there_is_no_reply() -> None:
    question = Question("here", LOOPBACK, NAME, stream=True)
    assert asyncio.run(exchange(Here(), question, 0.2)) is None

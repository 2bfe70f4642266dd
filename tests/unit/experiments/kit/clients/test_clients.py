"""Asking and fetching over loopback: sockets of this namespace stand for a host's."""

import asyncio
import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from ipaddress import IPv4Address
from typing import cast

import dns.flags
import dns.message
import dns.rrset
import pytest

from experiments.kit.clients import dns_client
from experiments.kit.clients.dns_client import Answer, Ask, ask_all, periodic, poisson
from experiments.kit.clients.http_client import Request, fetch, parse_response

LOOPBACK = IPv4Address("127.0.0.1")


class Here:
    """Hosts that all are this process's own namespace; remembers who was entered."""

    def __init__(self) -> None:
        self.entered: list[str] = []

    def inside(self, host: str) -> nullcontext[None]:
        self.entered.append(host)
        return nullcontext()


class Resolver(asyncio.DatagramProtocol):
    """Answers with one address and a TTL of 7 s; to "lost" never, to "none" emptily."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name = query.question[0].name
        if name.to_text() == "lost.":
            return
        answer = dns.message.make_response(query)
        if name.to_text() != "none.":
            answer.answer.append(dns.rrset.from_text(name, 7, "IN", "A", "23.0.1.80"))
        self.transport.sendto(b"garbage", address)
        self.transport.sendto(answer.to_wire(), address)


@contextmanager
def dns_port(port: int) -> Iterator[None]:
    """Ask at another port than 53, which is root's."""
    before, dns_client.DNS_PORT = dns_client.DNS_PORT, port
    try:
        yield
    finally:
        dns_client.DNS_PORT = before


async def answered(hosts: Here, asks: list[Ask], timeout_s: float) -> list[Answer]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        Resolver, local_addr=("127.0.0.1", 0)
    )
    with dns_port(transport.get_extra_info("sockname")[1]):
        found = await ask_all(hosts, asks, timeout_s)
    transport.close()
    return found


def test_answers_come_with_ttl_and_time() -> None:
    hosts = Here()
    asks = [Ask(k / 100, "fra-home-1", LOOPBACK, f"n{k}") for k in range(5)]
    found = asyncio.run(answered(hosts, asks, 20.0))
    assert hosts.entered == ["fra-home-1"]  # one socket for all questions
    assert sorted(it.ask.name for it in found) == ["n0", "n1", "n2", "n3", "n4"]
    for it in found:
        assert (it.ttl_s, it.addresses) == (7, (IPv4Address("23.0.1.80"),))
        assert it.at_s is not None
        assert it.at_s >= it.ask.at_s


def test_what_is_lost_is_told_and_what_is_empty_too() -> None:
    asks = [Ask(0.0, "a", LOOPBACK, "lost"), Ask(0.0, "b", LOOPBACK, "none")]
    found = {it.ask.name: it for it in asyncio.run(answered(Here(), asks, 0.5))}
    assert found["lost"].at_s is None
    assert found["none"].at_s is not None
    assert found["none"].ttl_s is None


def test_no_question_is_no_wait() -> None:
    assert asyncio.run(ask_all(Here(), [])) == []


def test_poisson_has_its_rate_and_periodic_its_period() -> None:
    base = Ask(0.0, "a", LOOPBACK, "n")
    arrivals = list(poisson([base], 5.0, 400.0, random.Random(5)))
    assert len(arrivals) == pytest.approx(2000, rel=0.1)
    assert [it.at_s for it in periodic(base, 0.25, 1.0)] == [0.0, 0.25, 0.5, 0.75]


async def fetched_from(answer: bytes, timeout_s: float = 20.0) -> tuple[int, int, str]:
    served = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer:
            writer.write(answer)
        else:
            await reader.read()  # until the client gives up
        writer.close()
        await writer.wait_closed()
        served.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    request = Request("www.frontlab.net", LOOPBACK, port, "/")
    found = await fetch(Here(), "fra-home-1", request, timeout_s)
    await served.wait()
    server.close()
    await server.wait_closed()
    assert found.local_port
    return found.status, found.body_length, found.error


@pytest.mark.parametrize(
    ("answer", "status", "length", "error"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\nfra-be1\n", 200, 8, "", id="fetched"),
        pytest.param(b"HTTP/1.1 503 No\r\n\r\n", 503, 0, "", id="refused politely"),
        pytest.param(b"SSH-2.0\r\n", 0, 0, "not an HTTP answer", id="something else"),
    ],
)
def test_fetch(answer: bytes, status: int, length: int, error: str) -> None:
    assert asyncio.run(fetched_from(answer)) == (status, length, error)


def test_a_silent_server_is_a_result() -> None:
    assert asyncio.run(fetched_from(b"", 0.05)) == (0, 0, "no answer within 0.05 s")


def test_a_closed_port_is_a_result() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        request = Request("www", LOOPBACK, unused.getsockname()[1], "/")
        found = asyncio.run(fetch(Here(), "a", request))
    assert found.status == 0
    assert "Connect call failed" in found.error


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.0 200 OK\r\nA: b\r\n\r\nbody", (200, 4)),
        (b"HTTP/1.1 abc\r\n\r\n", (0, 0)),
        (b"HTTP/1.1", (0, 0)),
        (b"", (0, 0)),
    ],
)
def test_parse_response(answer: bytes, expected: tuple[int, int]) -> None:
    assert parse_response(answer) == expected

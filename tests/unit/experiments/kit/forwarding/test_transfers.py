"""Requests over loopback: an upload's end says that all of it has arrived."""

import asyncio
from contextlib import nullcontext
from ipaddress import IPv4Address

import pytest

from experiments.kit.forwarding.segments import with_mss
from experiments.kit.forwarding.transfers import Server, Transfer, transfer

LOOPBACK = IPv4Address("127.0.0.1")


class Here:
    """Hosts that all are this process's own namespace."""

    def inside(self, host: str) -> nullcontext[None]:
        return nullcontext()


async def sent(length: int, answer: bytes) -> tuple[Transfer, bytes]:
    got = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(length)
        got.set_result(head + body)
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, str(LOOPBACK), 0)
    port = server.sockets[0].getsockname()[1]
    made = await transfer(Here(), Server("c", LOOPBACK, port), "/x", length)
    server.close()
    return made, await got


@pytest.mark.parametrize(("length", "verb"), [(0, b"GET"), (300_000, b"POST")])
def test_a_body_arrives_whole(length: int, verb: bytes) -> None:
    made, got = asyncio.run(sent(length, b"HTTP/1.1 200 OK\r\n\r\nyes\n"))
    assert got.startswith(verb + b" /x HTTP/1.1\r\n")
    assert len(got.partition(b"\r\n\r\n")[2]) == length
    assert (made.status, made.body_length) == (200, 4)
    assert made.port
    assert made.connect_ms > 0
    assert made.answer_ms > 0


def test_what_is_no_answer_has_no_status() -> None:
    made, _ = asyncio.run(sent(0, b"hello"))
    assert made.status == 0


def test_nobody_answers() -> None:
    made = asyncio.run(transfer(Here(), Server("c", LOOPBACK, 1), "/"))
    assert made == Transfer()


@pytest.mark.parametrize(
    ("route", "words"),
    [
        ("default via 11.1.1.1 dev eth0 advmss 1416", "default via 11.1.1.1 dev eth0"),
        ("default via 1.1.1.1 advmss 9 dev eth0", "default via 1.1.1.1 dev eth0"),
        ("default via 1.1.1.1 dev eth0", "default via 1.1.1.1 dev eth0"),
    ],
)
def test_a_route_has_one_mss(route: str, words: str) -> None:
    assert with_mss(route.split(), 1460) == [*words.split(), "advmss", "1460"]

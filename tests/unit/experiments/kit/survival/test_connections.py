"""Two requests on one connection, over loopback: answered, reset, or left alone."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace

import pytest
from fakes.runs import plan_of

from experiments.kit.survival import connections
from experiments.kit.survival.connections import (
    Connection,
    Wish,
    ask_again,
    closing_all,
    name_in,
    open_all,
)
from topo.world.plan import Role

LOOPBACK = plan_of("survival").nameserver.address4.__class__("127.0.0.1")
HOST = replace(
    next(it for it in plan_of("survival").hosts if it.role is Role.CLIENT),
    address4=LOOPBACK,
)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbe1\n"


class Here:
    """Hosts that all are this process's own namespace."""

    def inside(self, host: str) -> nullcontext[None]:
        return nullcontext()


async def visited(second: str, silence: Callable[[], None]) -> Connection:
    """Ask a server twice that answers the second time as told.

    When the first answer is there, `silence` is called.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER)
        await reader.readuntil(b"\r\n\r\n")
        if second == "answer":
            writer.write(ANSWER)
        elif second == "reset":
            there: socket.socket = writer.get_extra_info("socket")
            there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, connections.AT_ONCE)
            writer.close()

    server = await asyncio.start_server(serve, str(LOOPBACK), 0)
    port = server.sockets[0].getsockname()[1]
    with closing_all(
        opened := await open_all(Here(), HOST, [Wish("off", LOOPBACK, port, 0)])
    ):
        silence()
        await ask_again(opened)
    server.close()
    return opened[0]


@pytest.mark.parametrize(
    ("second", "answered", "silent"),
    [("answer", "be1", False), ("reset", "", False), ("nothing", "", True)],
)
def test_the_second_request_tells(
    second: str, answered: str, silent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silence() -> None:
        if silent:  # to wait for long would tell nothing more
            monkeypatch.setattr(connections, "TIMEOUT_S", 0.2)

    found = asyncio.run(visited(second, silence))
    assert (found.opened, found.answered, found.silent) == ("be1", answered, silent)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        pytest.param(ANSWER, "be1", id="whole"),
        pytest.param(ANSWER[:-1], "", id="not yet"),
        pytest.param(ANSWER[:20], "", id="no body yet"),
        pytest.param(b"", "", id="nothing yet"),
        pytest.param(ANSWER.replace(b"200", b"503"), "", id="an error"),
    ],
)
def test_a_name_is_read_once_it_is_whole(answer: bytes, name: str) -> None:
    assert name_in(answer) == name


def test_a_connection_that_nobody_takes_does_not_open() -> None:
    with socket.socket() as taken:
        taken.bind((str(LOOPBACK), 0))  # and does not listen
        wish = Wish("off", LOOPBACK, taken.getsockname()[1], 0)
        with closing_all(found := asyncio.run(open_all(Here(), HOST, [wish]))):
            asyncio.run(ask_again(found))
    assert (found[0].opened, found[0].answered) == ("", "")

"""The control socket: orders over a real socket, on a selector that the test turns."""

import json
import socket
import stat
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from selectors import DefaultSelector
from threading import Event, Thread
from typing import Any

import pytest

from balancer.control import LONGEST_REQUEST, MAX_CLIENTS, ControlSocket, ask
from balancer.errors import ConfigError, FrontlabError
from balancer.status import status_socket

TURN_S = 0.02


def handle(request: Mapping[str, Any]) -> dict[str, Any]:
    match request.get("do"):
        case "fail":
            raise ConfigError("line one\nline two")
        case "much":
            return {"much": "x" * 3_000_000}
        case _:
            return {"did": request.get("do")}


class Served:
    def __init__(self, path: Path) -> None:
        self.path, self.stopped = path, False
        self.selector, self.listening = DefaultSelector(), Event()

    def run(self) -> None:
        with self.selector, closing(ControlSocket(self.path, self.selector, handle)):
            self.listening.set()
            while not self.stopped:
                for key, _ in self.selector.select(TURN_S):
                    key.data()


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    served = Served(tmp_path / "control")
    thread = Thread(target=served.run)
    thread.start()
    assert served.listening.wait(5)
    yield served.path
    served.stopped = True
    thread.join()
    assert not served.path.exists()


def test_an_order_and_its_answer(path: Path) -> None:
    assert ask(path, {"do": "dump"}) == {"did": "dump"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_error_is_told_whole(path: Path) -> None:
    with pytest.raises(FrontlabError, match="line one\nline two"):
        ask(path, {"do": "fail"})


def test_an_answer_longer_than_any_buffer(path: Path) -> None:
    assert len(ask(path, {"do": "much"})["much"]) == 3_000_000


@pytest.mark.parametrize(
    "line",
    [b"no json", b"[]", b"\xff", b"{", b'"do"', b"[" * 4000],
    ids=lambda line: str(line[:8]),
)
def test_what_is_no_request(path: Path, line: bytes) -> None:
    with connected(path) as client:
        client.sendall(line + b'\n{"do": "next"}\n')
        with client.makefile("rb") as answers:
            assert "one JSON object" in json.loads(answers.readline())["error"]
            assert json.loads(answers.readline()) == {"did": "next"}


def test_a_line_without_end_is_cut_off(path: Path) -> None:
    with connected(path) as client:
        client.sendall(b"x" * (LONGEST_REQUEST + 1))
        assert client.recv(1) == b""


def test_who_is_too_many_is_sent_away_and_others_are_served(path: Path) -> None:
    clients = [connected(path) for _ in range(MAX_CLIENTS)]
    assert [asked(client) for client in clients] == [b"}\n"] * MAX_CLIENTS
    with connected(path) as another:
        assert another.recv(1) == b""
    for client in clients:
        client.close()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("none/control", "No such file", id="no folder"),
        pytest.param("file", "in use", id="a file"),
        pytest.param(".", "in use", id="a folder"),
        pytest.param("x" * 200, "too long", id="a long path"),
    ],
)
def test_where_no_socket_can_be(tmp_path: Path, name: str, told: str) -> None:
    kept = tmp_path / "file"
    kept.write_text("kept")
    with DefaultSelector() as selector, pytest.raises(FrontlabError, match=told):
        ControlSocket(tmp_path / name, selector, handle)
    with pytest.raises(FrontlabError, match=told), status_socket(tmp_path / name, dict):
        raise AssertionError
    assert kept.read_text() == "kept"


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(FrontlabError) as caught:
        ask(tmp_path / "none", {})
    told = f"{tmp_path}/none: no answer: No such file or directory"
    assert str(caught.value) == f"{told} (is it a program's --control?)"


def connected(path: Path) -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(20)
    client.connect(str(path))
    return client


def asked(client: socket.socket) -> bytes:
    client.sendall(b"{}\n")
    return client.recv(4096)[-2:]

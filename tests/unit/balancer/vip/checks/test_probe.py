"""Checks of backends: what an answer says, and a round over the loopback interface."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from selectors import DefaultSelector

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.vip.checks.probe import MAX_UNDER_WAY, Prober, Target, http_passed

TIMEOUT_S, INTERVAL_S = 2.0, 10.0


@pytest.mark.parametrize(
    ("received", "passed"),
    [
        pytest.param(b"", None, id="nothing yet"),
        pytest.param(b"HTTP/1.1 20", None, id="part of a line"),
        pytest.param(b"HTTP/1.1 200 OK\r\n", True, id="200"),
        pytest.param(b"HTTP/1.0 204\r\n", True, id="204 without words"),
        pytest.param(b"HTTP/1.1 503 Busy\r\n", False, id="503"),
        pytest.param(b"HTTP/1.1 302 Found\r\n", False, id="a redirect is no answer"),
        pytest.param(b"SSH-2.0-OpenSSH\r\n", False, id="another protocol"),
        pytest.param(b"x" * 1024, False, id="a line without an end"),
    ],
)
def test_http_passed(received: bytes, passed: bool | None) -> None:
    assert http_passed(received) is passed


@given(st.binary(max_size=1100))
def test_any_answer_is_judged(received: bytes) -> None:
    assert http_passed(received) in (True, False, None)
    assert http_passed(received + b"\n") is not None


def target(port: int, path: str | None = "/health") -> Target:
    address = "127.0.0.1"
    return Target("www", "a", address, port, path, INTERVAL_S, TIMEOUT_S)


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve one connection on the loopback interface; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def result(wanted: Target, now_s: float = 0.0) -> str:
    """Check `wanted` once; return what went wrong, or ""."""
    failures: list[str] = []
    with DefaultSelector() as selector:
        prober = Prober((wanted,), selector, lambda _, f: failures.append(f), now_s)
        prober.run(now_s)
        while not failures:
            events = selector.select(TIMEOUT_S)
            assert events, "no event in time"
            for key, _ in events:
                key.data()
        prober.close()
    return failures[0]


def test_a_good_answer() -> None:
    asked: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        asked.append(connection.recv(1000))
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

    with server(answer) as port:
        assert result(target(port)) == ""
    assert asked[0].startswith(b"GET /health HTTP/1.0\r\nHost: 127.0.0.1:")


def test_a_bad_answer() -> None:
    with server(lambda c: c.sendall(b"HTTP/1.1 500 No\r\n\r\n")) as port:
        assert result(target(port)) == "no good answer"


def test_an_end_without_an_answer() -> None:
    with server(lambda c: c.shutdown(socket.SHUT_WR)) as port:
        assert result(target(port)) == "no good answer"


def test_a_refused_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert result(target(port)) == "Connection refused"


def test_tcp_alone_asks_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert result(target(listener.getsockname()[1], path=None)) == ""


def test_silence_ends_at_the_timeout_and_the_next_check_is_on_time() -> None:
    failures: list[str] = []
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        DefaultSelector() as selector,
    ):
        silent = target(listener.getsockname()[1])
        prober = Prober((silent,), selector, lambda _, f: failures.append(f), 0.0)
        assert prober.run(0.0) == TIMEOUT_S
        assert prober.run(1.0) == TIMEOUT_S - 1
        assert prober.run(TIMEOUT_S) == INTERVAL_S - TIMEOUT_S
        assert failures == ["no answer in 2 s"]
        assert len(selector.get_map()) == 0
        assert prober.run(INTERVAL_S) == TIMEOUT_S
        prober.close()


def test_checks_under_way_are_bounded() -> None:
    with (
        socket.create_server(("127.0.0.1", 0), backlog=1) as listener,
        DefaultSelector() as selector,
    ):
        many = (target(listener.getsockname()[1]),) * (MAX_UNDER_WAY + 5)
        prober = Prober(many, selector, lambda *_: None, 0.0)
        prober.run(0.0)
        assert len(selector.get_map()) == MAX_UNDER_WAY
        prober.close()
        assert len(selector.get_map()) == 0


def test_other_targets_take_over_and_the_others_keep_their_turn() -> None:
    failures: list[tuple[str, str]] = []

    def report(target: Target, failure: str) -> None:
        failures.append((target.backend, failure))

    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        DefaultSelector() as selector,
    ):
        port = listener.getsockname()[1]
        old, new = target(port), replace(target(port), backend="new")
        gone = replace(old, backend="gone")
        prober = Prober((old, gone), selector, report, 0.0)
        prober.run(0.0)
        prober.change((old, new), 1.0)
        assert len(selector.get_map()) == 1  # what was asked of who is gone is given up
        assert prober.run(1.0) == TIMEOUT_S - 1
        prober.run(TIMEOUT_S + 1)
        assert {name for name, _ in failures} == {"a", "new"}
        prober.close()


def test_what_was_given_up_meanwhile_is_not_gone_on_with() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        DefaultSelector() as selector,
    ):
        ready = target(listener.getsockname()[1])
        reports: list[Target] = []
        prober = Prober((ready,), selector, lambda each, _: reports.append(each), 0.0)
        prober.run(0.0)
        told = selector.select(TIMEOUT_S)
        prober.change((), 0.0)
        for key, _ in told:
            key.data()
        assert reports == []

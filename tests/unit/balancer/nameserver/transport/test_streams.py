"""TCP connections, over socket pairs and a clock that the test turns."""

import socket
from selectors import DefaultSelector

import pytest

from balancer.nameserver.answering.desk import Desk
from balancer.nameserver.transport.framing import frame
from balancer.nameserver.transport.streams import Streams
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question, make_query

BIG_ANSWER = make_query(7, Question(name_from_text("many.gslb.net"), 1)).to_wire()


class Listener:
    """Gives out the server's ends of socket pairs, as a listening socket would."""

    def __init__(self):
        self.waiting = []

    def connect(self):
        ours, theirs = socket.socketpair()
        self.waiting.append(theirs)
        ours.settimeout(20)
        return ours

    def accept(self):
        if not self.waiting:
            raise BlockingIOError
        return self.waiting.pop(0), ("11.1.3.10", 4444)


class Bench:
    """Streams with their selector, a clock, and clients to connect to them."""

    def __init__(self, authority):
        self.now_s = 0.0
        self.desk = Desk(authority)
        self.selector = DefaultSelector()
        self.streams = Streams(self.desk, self.selector, lambda: self.now_s, 10.0, 3)
        self.listener = Listener()
        self.clients = []

    def connect(self):
        client = self.listener.connect()
        self.clients.append(client)
        self.streams.accept(self.listener)
        return client

    def turn(self):
        """Let the server do all that it can do now."""
        while ready := self.selector.select(0):
            for key, _ in ready:
                key.data()

    def close(self):
        self.streams.close()
        self.selector.close()
        for client in self.clients:
            client.close()


@pytest.fixture
def bench(authority):
    made = Bench(authority)
    yield made
    made.close()


def query(identifier, name="www.gslb.net"):
    return frame(make_query(identifier, Question(name_from_text(name), 1)).to_wire())


def identifiers(data):
    found = []
    while data:
        length = int.from_bytes(data[:2], "big")
        found.append(int.from_bytes(data[2:4], "big"))
        data = data[2 + length :]
    return found


def test_pipelined_queries_are_answered_in_order(bench):
    client = bench.connect()
    client.sendall(query(1) + query(2, "many.gslb.net") + query(3)[:-1])
    bench.turn()
    assert identifiers(client.recv(65535)) == [1, 2]
    client.sendall(query(3)[-1:])
    bench.turn()
    assert identifiers(client.recv(65535)) == [3]


def test_who_has_said_all_still_gets_its_answers(bench):
    client = bench.connect()
    client.sendall(query(1))
    client.shutdown(socket.SHUT_WR)
    bench.turn()
    assert identifiers(client.recv(65535)) == [1]
    assert client.recv(1) == b""
    assert len(bench.streams) == 0


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\0\1\0", id="no header"),
        pytest.param(b"\0\1\x81\0" + bytes(8), id="a response"),
    ],
)
def test_what_is_no_query_is_passed_over(bench, message):
    client = bench.connect()
    client.sendall(query(1) + frame(message) + query(2))
    bench.turn()
    assert identifiers(client.recv(65535)) == [1, 2]


def test_octet_by_octet(bench):
    client = bench.connect()
    for octet in query(1) + query(2):
        client.sendall(bytes((octet,)))
        bench.turn()
    assert identifiers(client.recv(65535)) == [1, 2]


def test_idle_connections_end(bench):
    idle, busy = bench.connect(), bench.connect()
    bench.now_s = 6.0
    busy.sendall(query(1))
    idle.sendall(query(1)[:5])  # not a whole query, so it counts for nothing
    bench.turn()
    assert bench.streams.expire() == pytest.approx(4.0)
    bench.now_s = 10.0
    assert bench.streams.expire() == pytest.approx(6.0)
    assert idle.recv(1) == b""
    assert len(bench.streams) == 1
    bench.now_s = 16.0
    assert bench.streams.expire() is None


def test_beyond_the_limit_the_idlest_makes_room(bench):
    first, second = bench.connect(), bench.connect()
    bench.now_s = 1.0
    first.sendall(query(1))
    bench.turn()
    bench.connect()
    bench.connect()
    assert len(bench.streams) == 3
    assert second.recv(1) == b""
    assert identifiers(first.recv(65535)) == [1]


def test_who_does_not_read_is_not_read_from(bench):
    client = bench.connect()
    client.settimeout(0)
    sent = 0
    with pytest.raises(BlockingIOError):
        for _ in range(100_000):
            sent += client.send(frame(BIG_ANSWER))
            bench.turn()
    held = [connection.outgoing for connection in bench.streams._connections]
    assert 0 < len(held[0]) < 500_000
    received = b""
    while not received.endswith(b"done"):
        bench.turn()
        try:
            received += client.recv(1 << 20)
        except BlockingIOError:
            received += b"done"
    answered = len(identifiers(received.removesuffix(b"done")))
    assert answered == sent // len(frame(BIG_ANSWER))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xff\xff", id="a query of 65535 octets"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="HTTP"),
    ],
)
def test_what_is_no_dns_ends_the_connection(bench, data):
    client = bench.connect()
    client.sendall(data)
    bench.turn()
    assert client.recv(1) == b""


def test_a_client_that_is_gone_is_forgotten(bench):
    client = bench.connect()
    client.sendall(frame(BIG_ANSWER) * 3)
    client.close()
    bench.turn()
    assert len(bench.streams) == 0


def test_out_of_descriptors_the_idlest_makes_room(bench):
    client = bench.connect()

    class Full:
        def accept(self):
            raise OSError(24, "Too many open files")

    bench.streams.accept(Full())
    assert client.recv(1) == b""
    counters = bench.desk.counters.snapshot("fra")["counters"]
    assert counters["lost_connections"] == 1

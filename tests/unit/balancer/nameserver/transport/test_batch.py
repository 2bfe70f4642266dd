"""Batches of datagrams, through sockets of the loopback interface."""

import socket
import struct
from types import MappingProxyType

import pytest

from balancer.nameserver.telemetry.tallies import About, Said, Tallies
from balancer.nameserver.transport.batch import (
    MESSAGE,
    SLOT_OCTETS,
    SLOTS,
    VECTOR,
    Batch,
    Turn,
)

NOW_S = 7
LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}


@pytest.fixture(params=LOOPBACK, ids=["IPv4", "IPv6"])
def server(request):
    with socket.socket(request.param, socket.SOCK_DGRAM) as opened:
        opened.bind((LOOPBACK[request.param], 0))
        yield opened


@pytest.fixture
def clients(server):
    opened = [socket.socket(server.family, socket.SOCK_DGRAM) for _ in range(3)]
    for client in opened:
        client.connect(server.getsockname())
        client.settimeout(20)
    yield opened
    for client in opened:
        client.close()


def exchange(batch, server, answer, said=MappingProxyType({})):
    """Return the turn of one batch; None when nothing came."""
    turn = Turn()
    came = batch.exchange(server.fileno(), said, answer, NOW_S, turn)
    return turn if came else None


def test_layouts_are_those_of_the_kernel():
    # struct iovec; struct msghdr, which is aligned to 8, and an unsigned int.
    assert VECTOR.size == struct.calcsize("@PN")
    assert MESSAGE.size == struct.calcsize("@PIPNPNi0P") + struct.calcsize("@I0P")


def test_each_client_gets_its_own_response(server, clients):
    batch, sources = Batch(server.family), []

    def answer(data, source, now_s):
        assert now_s == NOW_S
        sources.append(source)
        return data.upper() * 3

    for number, client in enumerate(clients):
        client.send(b"question %d" % number)
    assert exchange(batch, server, answer) == Turn()
    for number, client in enumerate(clients):
        assert client.recv(100) == (b"QUESTION %d" % number) * 3
    assert sources == [LOOPBACK[server.family]] * 3


def test_who_gets_no_response_does_not_shift_those_of_others(server, clients):
    batch = Batch(server.family)
    for number in (0, 1, 2, 0, 1, 2):
        clients[number].send(b"%d" % number)
    answers = iter([None, b"for 1", None, b"for 0", b"to 1", b"for 2"])
    exchange(batch, server, lambda *_: next(answers))
    assert [c.recv(100) for c in clients] == [b"for 0", b"for 1", b"for 2"]
    assert clients[1].recv(100) == b"to 1"


def test_slots_are_as_new_for_the_next_batch(server, clients):
    batch, received = Batch(server.family), []
    sent = [b"a", b"b" * SLOT_OCTETS, b"", b"c" * (SLOT_OCTETS + 9)]
    for data in sent:
        clients[0].send(data)
        exchange(batch, server, lambda data, *_: received.append(data))
    assert received == [each[:SLOT_OCTETS] for each in sent]


def test_more_than_a_batch_waits_its_turn(server, clients):
    batch = Batch(server.family)
    for _ in range(SLOTS + 2):
        clients[0].send(b"x")
    received = []
    for wanted in (SLOTS, SLOTS + 2):
        exchange(batch, server, lambda data, *_: received.append(data))
        assert len(received) == wanted
    assert exchange(batch, server, lambda *_: b"nobody asked") is None


def test_the_table_of_peers_is_bounded(server, clients, monkeypatch):
    monkeypatch.setattr("balancer.nameserver.transport.batch.MAX_PEERS", 1)
    batch = Batch(server.family)
    for client in clients:
        client.send(b"x")
    assert exchange(batch, server, lambda *_: b"y") == Turn()
    assert len(batch._peers) == 1


def test_what_is_known_is_said_again_with_the_identifier_of_the_query(server, clients):
    batch, asked = Batch(server.family), []

    def answer(data, *_):
        asked.append(data)
        return None if data == b"--none" else b"new " + data

    for data in (b"1-same", b"2-same", b"--none", b"3-same", b"4", b""):
        clients[0].send(data)
    # Behind one that has no response, all are answered the usual way.
    again = Tallies()[About(1)]
    said = {b"same": Said(b"-", 3, again), b"": Said(b"never", 7, again)}
    turn = exchange(batch, server, answer, said)
    assert again.count == 2
    assert turn.repeated == [LOOPBACK[server.family]] * 2
    assert asked == [b"--none", b"3-same", b"4", b""]
    received = [clients[0].recv(100) for _ in range(5)]
    assert received == [b"1--", b"2--", b"new 3-same", b"new 4", b"new "]


def test_the_first_of_a_batch_is_sampled_as_often_as_is_wanted(server, clients):
    batch, turn = Batch(server.family), Turn(samples=2)

    def answer(data, *_):
        return None if data.endswith(b"none") else data + b"!"

    for message in (b"1-one", b"2-none", b"3-more"):
        clients[0].send(message)
        clients[1].send(b"4-other")
        assert batch.exchange(server.fileno(), {}, answer, NOW_S, turn) == 2
    source = LOOPBACK[server.family]
    assert turn.sampled == [(source, b"1-one", b"1-one!"), (source, b"2-none", b"")]

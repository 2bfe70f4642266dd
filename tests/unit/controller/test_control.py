import json
import queue
import socket
from threading import Thread

import pytest

from controller.control import MOST_OCTETS, Control


class Talk:
    """A session, and what the other side of it is told."""

    def __init__(self):
        self.said = []
        self.client, served = socket.socketpair()
        self.client.settimeout(20)
        control = Control(self._take, queue.Queue)
        self.thread = Thread(target=control.serve, args=(served, None))
        self.thread.start()

    def _take(self, said):
        self.said.append((said.session, said.line))
        said.answer({"ok": True, "heard": len(self.said)})

    def end(self):
        self.client.close()
        self.thread.join(5)


@pytest.fixture
def talk():
    session = Talk()
    yield session
    session.end()


def test_a_line_each_is_answered_in_order(talk):
    talk.client.sendall(b"one\ntw")
    assert json.loads(talk.client.recv(100)) == {"ok": True, "heard": 1}
    talk.client.sendall(b"o\n")
    assert json.loads(talk.client.recv(100)) == {"ok": True, "heard": 2}
    talk.end()
    assert talk.said == [(1, b"one"), (1, b"two"), (1, None)]


def test_who_leaves_without_its_answer_is_told_of_all_the_same(talk):
    talk.client.sendall(b"one\n" * 100)
    talk.end()
    assert talk.said[-1] == (1, None)


def test_a_line_without_end_ends_the_session(talk):
    talk.client.sendall(b"x" * (2 * MOST_OCTETS))
    talk.thread.join(5)
    assert talk.said == [(1, None)]

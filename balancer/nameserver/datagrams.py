"""The UDP side of answering: what waits at a socket, a batch at a time."""

import socket
import time

from .batch import Batch
from .desk import Desk

TURNS = 8  # batches from one socket before the others have their turn


class Datagrams:
    """Answers the datagrams of one socket."""

    def __init__(self, opened: socket.socket, desk: Desk) -> None:
        self._socket, self._desk = opened, desk
        self._batch = Batch(opened.family)

    def answer(self) -> None:
        """Answer what waits, until nothing does or others are due.

        To look once more for datagrams costs a fifth of waiting for them.
        """
        descriptor, now_s = self._socket.fileno(), int(time.time())
        exchange, answer = self._batch.exchange, self._desk.answer_datagram
        for _ in range(TURNS):
            received, unsent = exchange(descriptor, answer, now_s)
            for _ in range(unsent):
                self._desk.counters.count("unsent")
            if not received:
                return

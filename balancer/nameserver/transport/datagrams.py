"""The UDP side of answering: what waits at a socket, a batch at a time."""

import socket
import time
from collections import Counter

from ..answering.desk import Desk
from ..telemetry.samples import Sample
from .batch import Batch, Turn

TURNS = 8  # batches from one socket before the others have their turn


class Datagrams:
    """Answers the datagrams of one socket."""

    def __init__(self, opened: socket.socket, desk: Desk) -> None:
        self._socket, self._desk = opened, desk
        self._batch = Batch(opened.family)

    def answer(self) -> None:
        """Answer what waits, until nothing does or others are due.

        To look once more costs less than a round of the server's loop: under load,
        4 % of a query's CPU time.
        """
        descriptor, now_s = self._socket.fileno(), int(time.time())
        desk, exchange = self._desk, self._batch.exchange
        said, answer, latency = desk.said, desk.answer_datagram, desk.counters.udp
        turn = Turn(samples=desk.counters.samples.left(now_s))
        begun_ns = time.perf_counter_ns()
        for _ in range(TURNS):
            count = exchange(descriptor, said, answer, now_s, turn)
            if not count:
                break
            ended_ns = time.perf_counter_ns()
            latency.add(ended_ns - begun_ns, count)
            begun_ns = ended_ns
        self._count(turn, now_s)

    def _count(self, turn: Turn, now_s: int) -> None:
        desk = self._desk
        for source, times in Counter(turn.repeated).items():
            desk.count_repeated(source, times)
        desk.counters.count("unsent", turn.unsent)
        for sampled in turn.sampled:
            desk.counters.samples.take(Sample(now_s, "udp", *sampled))

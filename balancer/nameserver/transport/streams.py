"""The TCP side of answering: connections with pipelining, idle timeout and a limit."""

import socket
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector

from ...errors import WireError
from ..answering.desk import Desk
from ..telemetry.samples import Sample
from .framing import StreamCutter, frame

NS_PER_S = 1e9
MAX_TRANSFERS = 8  # of whole zones, at once
ACCEPT_BATCH = 64
READ_OCTETS = 4096  # bounds the queries that one connection has answered in one turn


@dataclass(slots=True, eq=False)
class Connection:
    """One client's connection; `ends` once what is still to be sent has left."""

    socket: socket.socket
    source: str
    deadline_s: float
    cutter: StreamCutter = field(default_factory=StreamCutter)
    outgoing: bytearray = field(default_factory=bytearray)
    waiting: deque[Iterator[bytes]] = field(default_factory=deque)
    ends: bool = False

    @property
    def has_more(self) -> bool:
        """Whether there is something to send."""
        return bool(self.outgoing or self.waiting)

    def put(self, said: bytes | Iterator[bytes]) -> None:
        """Send a message, or one message after the other, behind what is to be sent."""
        if isinstance(said, bytes) and not self.waiting:
            self.outgoing += frame(said)
        else:
            self.waiting.append(iter((said,)) if isinstance(said, bytes) else said)

    def refill(self) -> None:
        """Frame the next message that waits, if all before it are sent."""
        while self.waiting and not self.outgoing:
            message = next(self.waiting[0], None)
            if message is None:
                self.waiting.popleft()
            else:
                self.outgoing += frame(message)


class Streams:
    """All TCP connections of a server.

    Args:
        desk: answers the messages.
        selector: where connections are registered, with their handler as data.
        clock: monotonic seconds.
        idle_timeout_s: how long a connection lives without a whole query.
        limit: connections at once; a further one ends the one idle for longest.
    """

    def __init__(
        self,
        desk: Desk,
        selector: BaseSelector,
        clock: Callable[[], float],
        idle_timeout_s: float,
        limit: int,
    ) -> None:
        self._desk, self._selector, self._clock = desk, selector, clock
        self._idle_timeout_s, self._limit = idle_timeout_s, limit
        self._transferring: set[Connection] = set()
        # In order of their deadlines, because all have the same timeout.
        self._connections: OrderedDict[Connection, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._connections)

    def accept(self, listener: socket.socket) -> None:
        """Take over the connections that wait at a listening socket."""
        for _ in range(ACCEPT_BATCH):
            try:
                accepted, peer = listener.accept()
            except BlockingIOError:
                return
            except OSError:  # out of descriptors, or the client has gone already
                self._desk.counters.count("lost_connections")
                self._close_idlest()
                return
            if len(self._connections) >= self._limit:
                self._close_idlest()
            self._add(accepted, peer[0])

    def serve(self, connection: Connection) -> None:
        """Do what a connection is ready for: send what is left, or else read on."""
        if connection not in self._connections:
            return  # closed since the selector said that it is ready
        try:
            if not connection.has_more:
                self._read(connection)
            self._send(connection)
        except (OSError, WireError):  # it broke, or it sends no DNS
            self._close(connection)

    def expire(self) -> float | None:
        """Close idle connections; return the seconds until the next one is due."""
        now_s = self._clock()
        while self._connections:
            idlest = next(iter(self._connections))
            if idlest.deadline_s > now_s:
                return idlest.deadline_s - now_s
            self._close(idlest)
        return None

    def close(self) -> None:
        """Close every connection."""
        for connection in list(self._connections):
            self._close(connection)

    def _add(self, accepted: socket.socket, source: str) -> None:
        accepted.setblocking(False)
        connection = Connection(accepted, source, self._deadline_s())
        self._connections[connection] = None
        handler = partial(self.serve, connection)
        self._selector.register(accepted, EVENT_READ, handler)

    def _deadline_s(self) -> float:
        return self._clock() + self._idle_timeout_s

    def _read(self, connection: Connection) -> None:
        now_s = int(time.time())
        data = connection.socket.recv(READ_OCTETS)
        connection.ends = not data
        messages = connection.cutter.receive(data)
        if messages:
            # Octets alone keep nobody alive, or a slow sender could stay for ever.
            self._keep_alive(connection)
        for message in messages:
            self._answer(connection, message, now_s)
        self._limit_transfers(connection)

    def _answer(self, connection: Connection, message: bytes, now_s: int) -> None:
        counters, begun_s = self._desk.counters, self._clock()
        said = self._desk.answer_message(message, connection.source, now_s)
        counters.tcp.add(int((self._clock() - begun_s) * NS_PER_S), 1)
        if counters.samples.left(now_s) > 0:
            response = said if isinstance(said, bytes) else b""
            sample = Sample(now_s, "tcp", connection.source, message, response)
            counters.samples.take(sample)
        if said is not None:
            connection.put(said)

    def _send(self, connection: Connection) -> None:
        connection.refill()
        try:
            sent = connection.socket.send(connection.outgoing)
            del connection.outgoing[:sent]
            if connection.waiting and not connection.outgoing:
                self._keep_alive(connection)
        except BlockingIOError:
            pass
        if connection.ends and not connection.has_more:
            self._close(connection)
            return
        # Who does not read its answers is not read from either.
        events = EVENT_WRITE if connection.has_more else EVENT_READ
        key = self._selector.get_key(connection.socket)
        if key.events != events:
            self._selector.modify(connection.socket, events, key.data)

    def _keep_alive(self, connection: Connection) -> None:
        connection.deadline_s = self._deadline_s()
        self._connections.move_to_end(connection)

    def _limit_transfers(self, connection: Connection) -> None:
        """End a connection that begins one transfer too many."""
        self._transferring = {each for each in self._transferring if each.waiting}
        if connection.waiting:
            self._transferring.add(connection)
        if len(self._transferring) > MAX_TRANSFERS:
            raise WireError(f"more than {MAX_TRANSFERS} transfers at once")

    def _close_idlest(self) -> None:
        if self._connections:
            self._close(next(iter(self._connections)))

    def _close(self, connection: Connection) -> None:
        del self._connections[connection]
        self._transferring.discard(connection)
        self._selector.unregister(connection.socket)
        connection.socket.close()

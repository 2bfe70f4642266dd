"""A link of the relay: two interfaces, a socket on each, a direction each way."""

import socket
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..world.records import Shape
from .direction import Direction
from .line import Line
from .messages import AddLink, ChangeLink
from .packet_socket import open_packet_socket
from .sizes import SUPER_SLOT_BYTES, slot_bytes, slot_count
from .slots import Slots


@dataclass(frozen=True, slots=True)
class Link:
    """An open link; `forward` goes from the socket of `a` to that of `b`."""

    a: str
    b: str
    mtu: int
    sockets: tuple[socket.socket, socket.socket]
    forward: Direction
    backward: Direction

    @property
    def least_delay_ms(self) -> float:
        """Shorter one of the two delays."""
        return min(self.forward.line.shape.delay_ms, self.backward.line.shape.delay_ms)

    def change(self, message: ChangeLink) -> None:
        """Give both directions the shapes of `message`."""
        pairs = ((self.forward, message.forward), (self.backward, message.backward))
        for direction, shape in pairs:
            direction.grow(slot_count(shape, self.mtu))
            direction.line.shape = shape

    def exists(self) -> bool:
        """Tell whether both interfaces are still there."""
        names = {name for _, name in socket.if_nameindex()}
        return {self.a, self.b} <= names

    def close(self) -> None:
        """Stop carrying packets."""
        for end in self.sockets:
            end.close()


def open_link(message: AddLink, counters: NDArray[np.int64]) -> Link:
    """Open the link of `message`; OSError when an interface is missing."""
    with ExitStack() as undo:
        ends = []
        for name in (message.a, message.b):
            ends.append(open_packet_socket(name))
            undo.callback(ends[-1].close)
        a, b = ends
        counters[message.row : message.row + 2] = 0
        size = SUPER_SLOT_BYTES if message.super_packets else slot_bytes(message.mtu)

        def direction(
            source: socket.socket, sink: socket.socket, shape: Shape, row: int
        ) -> Direction:
            line = Line(shape, np.random.default_rng(row))
            slots = Slots(slot_count(shape, message.mtu), size)
            return Direction(source, sink, line, slots, counters[row])

        forward = direction(a, b, message.forward, message.row)
        backward = direction(b, a, message.backward, message.row + 1)
        undo.pop_all()
        return Link(message.a, message.b, message.mtu, (a, b), forward, backward)

"""What passes between a server and a worker, over a socket of their own."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from ..content.content import Content
from ..loading.loader import unpack
from ..protection.cookies import SECRET_OCTETS

READY = b"ready"


@contextmanager
def control_sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Give the two ends: ours, and the one that a worker inherits."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        yield ours, theirs


def hand_over(control: socket.socket, memory: int, secret: bytes) -> None:
    """Give a worker what a `Loader` has in its memory, and the secret for cookies."""
    socket.send_fds(control, [secret], [memory])


def take_over(control: socket.socket) -> tuple[Content, bytes] | None:
    """Return what was handed over; None: the other side is gone."""
    secret, descriptors, _, _ = socket.recv_fds(control, SECRET_OCTETS, 1)
    if not descriptors:
        return None
    [memory] = descriptors
    try:
        return unpack(memory), secret
    finally:
        os.close(memory)


def tell_ready(control: socket.socket) -> None:
    """Say, once, that all sockets are there."""
    control.send(READY)


def await_ready(control: socket.socket) -> bool:
    """Wait until the worker is ready, and return True; or until it has ended."""
    try:
        return control.recv(len(READY)) == READY
    except ConnectionResetError:
        return False

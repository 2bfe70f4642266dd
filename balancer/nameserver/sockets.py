"""Sockets of the server: bound one for each address, and the UDP side of answering."""

import socket
import time

from ..errors import FrontlabError
from ..model import Address
from .desk import Desk

RECEIVE_BUFFER_OCTETS = 4 << 20
SO_RCVBUFFORCE = 33  # <asm/socket.h>; for who has CAP_NET_ADMIN
BACKLOG = 1024
MAX_DATAGRAM_OCTETS = 4096  # what is cut off here is malformed, and answered so
BATCH = 64  # datagrams from one socket before the others have their turn
FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}


def open_socket(address: Address, port: int, kind: socket.SocketKind) -> socket.socket:
    """Return a bound, non-blocking socket; a stream socket listens already.

    Each address has sockets of its own, so that replies leave from the one asked.

    Raises:
        FrontlabError: the address is not there, or the port is taken.
    """
    opened = socket.socket(FAMILIES[address.version], kind)
    try:
        _set_options(opened, kind)
        opened.bind((str(address), port))
        if kind == socket.SOCK_STREAM:
            opened.listen(BACKLOG)
    except OSError as error:
        opened.close()
        words = f"cannot listen on {address} port {port}: {error.strerror}"
        raise FrontlabError(words) from error
    return opened


def answer_datagrams(opened: socket.socket, desk: Desk) -> None:
    """Answer the datagrams that wait at a socket, at most `BATCH`."""
    receive, send, answer = opened.recvfrom, opened.sendto, desk.answer_datagram
    now_s = int(time.time())
    for _ in range(BATCH):
        try:
            data, peer = receive(MAX_DATAGRAM_OCTETS)
        except BlockingIOError:
            return
        wire = answer(data, peer[0], now_s)
        if wire is None:
            continue
        try:
            send(wire, peer)
        except OSError:  # no route, a port 0, a full queue: all the sender's loss
            desk.counters.count("unsent")


def _set_options(opened: socket.socket, kind: socket.SocketKind) -> None:
    if opened.family == socket.AF_INET6:
        opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    if kind == socket.SOCK_STREAM:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    else:
        # Beyond the kernel's usual limit where we may: bursts must not be lost.
        try:
            opened.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_OCTETS)
        except PermissionError:
            opened.setsockopt(
                socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_OCTETS
            )
    opened.setblocking(False)

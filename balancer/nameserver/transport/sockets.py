"""Sockets of the server: bound ones, by UDP and TCP."""

import socket

from ...errors import FrontlabError
from ...model import Address

RECEIVE_BUFFER_OCTETS = 4 << 20
SO_RCVBUFFORCE = 33  # <asm/socket.h>; for who has CAP_NET_ADMIN
BACKLOG = 1024
FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}


def open_socket(
    address: Address, port: int, kind: socket.SocketKind, is_shared: bool
) -> socket.socket:
    """Return a bound, non-blocking socket; a stream socket listens already.

    Each address has sockets of its own, so that replies leave from the one asked.

    Args:
        address: of this machine.
        port: UDP or TCP port.
        kind: of datagrams or streams.
        is_shared: whether other processes have such a socket, too: then the kernel
            spreads what comes over them, by its addresses and ports.

    Raises:
        FrontlabError: the address is not there, or the port is taken.
    """
    opened = socket.socket(FAMILIES[address.version], kind)
    try:
        _set_options(opened, kind)
        if is_shared:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        opened.bind((str(address), port))
        if kind == socket.SOCK_STREAM:
            opened.listen(BACKLOG)
    except OSError as error:
        opened.close()
        words = f"cannot listen on {address} port {port}: {error.strerror}"
        raise FrontlabError(words) from error
    return opened


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

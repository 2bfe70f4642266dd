"""The metrics endpoint: GET /metrics over HTTP, from a thread, and nothing else."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address

from .errors import FrontlabError
from .metrics import CONTENT_TYPE, Metric, exposition
from .model import Address

CLIENT_TIMEOUT_S = 2.0
_LONGEST_REQUEST = 8192
_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

Collect = Callable[[], Iterable[Metric]]


@contextmanager
def metrics_server(address: Address, port: int, collect: Collect) -> Iterator[None]:
    """Serve what `collect` returns on `address` and `port`, until exit.

    Raises:
        FrontlabError: the address or the port is not to be had.
    """
    with _listener(address, port) as listener:
        thread = threading.Thread(target=_serve, args=(listener, collect), daemon=True)
        thread.start()
        try:
            yield
        finally:
            # shutdown, unlike close, wakes a thread that is inside accept().
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def answer_to(request: bytes, collect: Collect) -> bytes:
    """Return the whole HTTP answer to a request's head."""
    words = request.split(b"\r\n", 1)[0].split(b" ")
    if len(words) != 3 or words[0] != b"GET" or words[1].split(b"?")[0] != b"/metrics":
        return _NOT_FOUND
    body = exposition(collect()).encode()
    lines = (
        "HTTP/1.1 200 OK",
        f"Content-Type: {CONTENT_TYPE}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode() + body


def _listener(address: Address, port: int) -> socket.socket:
    six = isinstance(address, IPv6Address)
    listener = socket.socket(socket.AF_INET6 if six else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((str(address), port))
        listener.listen(8)
    except OSError as error:
        listener.close()
        what = f"metrics on {address} port {port}: {error.strerror or error}"
        raise FrontlabError(what) from error
    return listener


def _serve(listener: socket.socket, collect: Collect) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        with client:
            client.settimeout(CLIENT_TIMEOUT_S)
            _answer(client, collect)


def _answer(client: socket.socket, collect: Collect) -> None:
    request = b""
    try:
        while b"\r\n\r\n" not in request and len(request) < _LONGEST_REQUEST:
            octets = client.recv(_LONGEST_REQUEST)
            if not octets:
                return
            request += octets
        client.sendall(answer_to(request, collect))
    except OSError:
        return  # The reader left; there is nobody to tell.

"""A Unix socket that listens at a path, in place of one that was left there."""

import os
import socket
from pathlib import Path

from .errors import FrontlabError


def listen_at(path: Path, backlog: int, mode: int | None = None) -> socket.socket:
    """Return a socket that listens at `path`, with these rights if any are said.

    Raises:
        FrontlabError: it cannot be, or something stands there that is no socket.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _make_way(path)
        if mode is not None:  # before anybody can see it
            os.fchmod(listener.fileno(), mode)
        listener.bind(str(path))
        listener.listen(backlog)
    except OSError as error:
        listener.close()
        raise FrontlabError(f"{path}: no socket: {error.strerror or error}") from error
    return listener


def _make_way(path: Path) -> None:
    if path.is_socket():
        path.unlink()

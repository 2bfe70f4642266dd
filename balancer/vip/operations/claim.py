"""The right to balance on an interface, which one process at a time has."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from ...errors import FrontlabError


@contextmanager
def claimed(interface: str) -> Iterator[None]:
    """Hold an interface of this network namespace; the kernel frees it at a crash.

    Two balancers would each take the other's program for a predecessor's, and the one
    that ends would take it off. What is held is a name of no file, which is the network
    namespace's as the interface is.

    Raises:
        FrontlabError: another process has it.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as name:
        try:
            name.bind(f"\0frontlab-vip/{interface}")
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            what = "another balancer runs there; end it, or order it to leave"
            raise FrontlabError(f"{interface}: {what}") from error
        yield

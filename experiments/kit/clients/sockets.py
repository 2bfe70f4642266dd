"""Sockets that belong to a host of the lab, used from this process.

A socket stays in the network namespace in which it was made. So a fetch from a
client's host needs no process in that host: its packets are the same as curl's, its
source port is known beforehand, and a dozen clients cost one interpreter, not a
hundred forks beside the links that they measure.
"""

import socket
from contextlib import AbstractContextManager
from typing import Protocol

from balancer.model import Address


class Hosts(Protocol):
    """What gives access to hosts: the lab, or a fake of it."""

    def inside(self, host: str) -> AbstractContextManager[None]:
        """Put this thread into the host's network namespace."""


def open_socket(
    hosts: Hosts, host: str, server: Address, kind: socket.SocketKind
) -> socket.socket:
    """Return a non-blocking socket of the server's family in `host`."""
    family = socket.AF_INET if server.version == 4 else socket.AF_INET6
    with hosts.inside(host):
        made = socket.socket(family, kind)
    made.setblocking(False)
    return made

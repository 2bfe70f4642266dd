"""An interface's networks and neighbours, asked of the kernel and told by it."""

import os
import socket
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Interface

from ...errors import Unsupported
from ...model import Address, Forwarding
from ..tables.options import Options
from .messages import (
    DONE,
    ERROR,
    GET_ADDRESS,
    GET_NEIGHBOUR,
    NEW_NEIGHBOUR,
    Message,
    address_of,
    dump_request,
    error_number,
    messages,
    neighbour_of,
)

_LARGEST = 1 << 16  # octets of a datagram that the kernel sends
# RTMGRP_LINK and RTMGRP_NEIGH of linux/rtnetlink.h
_LINKS_CHANGE, _NEIGHBOURS_CHANGE = 1 << 0, 1 << 2


class Link:
    """What stands at an interface; its socket is readable when something there changes.

    Args:
        interface: its name.
    """

    def __init__(self, interface: str) -> None:
        self._interface = interface
        self._macs: dict[Address, bytes] | None = None
        self._events = _open(_LINKS_CHANGE | _NEIGHBOURS_CHANGE)
        self._events.setblocking(False)

    def fileno(self) -> int:
        """Return the descriptor that a selector watches."""
        return self._events.fileno()

    def drain(self) -> None:
        """Take in what has changed. Who is silent keeps the address that it had."""
        try:
            while True:
                told = messages(self._events.recv(_LARGEST))
                if self._macs is not None:
                    self._macs |= self._neighbours(told)
        except BlockingIOError:
            return
        except OSError:
            self._macs = None  # ENOBUFS: more than could be told, so it has to be asked

    def addresses(self) -> tuple[IPv4Interface, ...]:
        """Return the interface's own IPv4 addresses, each with its network.

        Raises:
            Unsupported: there is no such interface.
        """
        index = self._index()
        found = (address_of(each, index) for each in _dump(GET_ADDRESS))
        return tuple(each for each in found if each is not None)

    def known(self, options: Options) -> Mapping[Address, bytes]:
        """Return the hardware addresses that are known; {} if no VIP forwards by them.

        Raises:
            Unsupported: there is no such interface.
        """
        if Forwarding.L2 not in options.forwardings:
            return {}
        self.drain()
        if self._macs is None:
            self._macs = self._neighbours(_dump(GET_NEIGHBOUR))
        return dict(self._macs)

    def close(self) -> None:
        """Stop listening."""
        self._events.close()

    def _neighbours(self, told: Iterator[Message]) -> dict[Address, bytes]:
        try:
            index = self._index()
        except Unsupported:
            return {}  # It is gone, and whoever looks at it says so.
        kinds = (each for each in told if each.kind == NEW_NEIGHBOUR)
        found = (neighbour_of(each, index) for each in kinds)
        return {each[0]: each[1] for each in found if each is not None}

    def _index(self) -> int:
        try:
            return socket.if_nametoindex(self._interface)
        except OSError as error:
            what = f"interface {self._interface}"
            raise Unsupported(what, "no such interface") from error


def _open(groups: int) -> socket.socket:
    opened = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    opened.bind((0, groups))
    return opened


def _dump(kind: int) -> Iterator[Message]:
    """Yield all of a kind."""
    with _open(0) as asking:
        asking.send(dump_request(kind))
        while True:
            for message in messages(asking.recv(_LARGEST)):
                if message.kind == DONE:
                    return
                if message.kind == ERROR:
                    number = error_number(message)
                    raise OSError(number, os.strerror(number))
                yield message

"""Sends NOTIFY messages and hears their acknowledgements: sockets only."""

import logging
import secrets
import socket
import time
from collections.abc import Iterable
from functools import partial
from ipaddress import ip_address
from selectors import EVENT_READ, BaseSelector

from ...wire.dns.names import name_to_text
from ..zones.zone import Zone
from .notice import Notices
from .serials import is_newer

FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
MAX_DATAGRAM_OCTETS = 512
NOT_NEWER = "%s: serial %d is not newer than %d, so that secondaries do not take it"
log = logging.getLogger("frontlab-dns")


class Notifier:
    """Tells secondaries of zones whose serial is new.

    Args:
        selector: where acknowledgements are watched for.
    """

    def __init__(self, selector: BaseSelector) -> None:
        self._notices = Notices(partial(secrets.randbits, 16))
        self._selector = selector
        self._sockets: dict[int, socket.socket] = {}
        self._serials: dict[bytes, int] = {}

    def tell(self, zones: Iterable[Zone]) -> None:
        """Tell of the zones that are new or changed."""
        for zone in zones:
            before = self._serials.get(zone.apex)
            if before != zone.serial:
                _warn_of_older(zone, before)
                self._serials[zone.apex] = zone.serial
                self._notices.add(zone, time.monotonic())

    def expire(self) -> float | None:
        """Send what is due; return the seconds until something is due again."""
        now_s = time.monotonic()
        for each in self._notices.due(now_s):
            address, port = each.receiver
            try:
                self._socket(ip_address(address).version).sendto(
                    each.wire, (address, port)
                )
            except OSError as error:  # it is sent again later
                log.warning("no NOTIFY to %s port %d: %s", address, port, error)
        due_s = self._notices.next_due_s()
        return None if due_s is None else max(0.0, due_s - now_s)

    def close(self) -> None:
        """Close the sockets."""
        for opened in self._sockets.values():
            self._selector.unregister(opened)
            opened.close()
        self._sockets.clear()

    def _socket(self, version: int) -> socket.socket:
        if version not in self._sockets:
            opened = socket.socket(FAMILIES[version], socket.SOCK_DGRAM)
            opened.setblocking(False)
            self._sockets[version] = opened
            self._selector.register(opened, EVENT_READ, lambda: self._hear(opened))
        return self._sockets[version]

    def _hear(self, opened: socket.socket) -> None:
        try:
            data, sender = opened.recvfrom(MAX_DATAGRAM_OCTETS)
        except OSError:  # nothing there, or a secondary's port is closed
            return
        self._notices.heard(data, (sender[0], sender[1]))


def _warn_of_older(zone: Zone, before: int | None) -> None:
    if zone.secondaries and before is not None and not is_newer(zone.serial, before):
        log.warning(NOT_NEWER, name_to_text(zone.apex), zone.serial, before)

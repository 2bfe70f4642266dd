"""The relay's control socket: messages in, one answer each out."""

import json
import socket

import numpy as np
from numpy.typing import NDArray

from balancer.errors import FrontlabError

from .link import open_link
from .loop import Relay
from .messages import AddLink, ChangeLink, Message, RemoveLink, from_wire

LARGEST_MESSAGE_BYTES = 65_536


class Control:
    """Applies the messages of one sequenced-packet socket to `relay`."""

    def __init__(
        self, relay: Relay, channel: socket.socket, counters: NDArray[np.int64]
    ) -> None:
        self._relay, self._channel, self._counters = relay, channel, counters

    def serve(self) -> bool:
        """Read one message and answer it; False when the owner has gone."""
        try:
            data = self._channel.recv(LARGEST_MESSAGE_BYTES)
        except ConnectionError:
            return False
        if not data:
            return False
        self._channel.send(json.dumps(self._answer(data)).encode())
        return True

    def _answer(self, data: bytes) -> dict[str, str]:
        try:
            self._apply(from_wire(data))
        except (FrontlabError, OSError) as error:
            return {"error": str(error)}
        return {}

    def _apply(self, message: Message) -> None:
        if isinstance(message, AddLink):
            self._relay.add(open_link(message, self._counters))
        elif isinstance(message, ChangeLink):
            self._relay.link(message.a, message.b).change(message)
            self._relay.links_changed()
        elif isinstance(message, RemoveLink):
            self._relay.remove(self._relay.link(message.a, message.b))
        else:
            for link in self._relay.links():
                link.forward.count_kernel_drops()
                link.backward.count_kernel_drops()

"""Look-ups at a steady rate while something else happens to the server."""

import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from balancer.wire.dns.codes import Type
from balancer.wire.dns.edns import ClientSubnet, Edns, Option
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question, make_query

PATIENCE_S = 2.0  # an answer that takes longer is lost
IDENTIFIERS = 1 << 16
IPV4 = 1  # address family in the client subnet option
SUBNET_BITS = 24


def subnet_query(name: str, identifier: int, subnet: int) -> bytes:
    """Return a query for A records from a client in the /24 with this number."""
    octets = subnet.to_bytes(3)
    option = Option(8, ClientSubnet(IPV4, SUBNET_BITS, 0, octets).to_wire())
    question = Question(name_from_text(name), Type.A)
    return make_query(identifier, question, Edns(1232, options=(option,))).to_wire()


@dataclass(slots=True)
class Lookups:
    """What became of them."""

    sent: int = 0
    lost: int = 0
    gap_s: float = 0.0  # the longest time between two answers
    slowest_s: float = 0.0
    _asked: dict[int, float] = field(default_factory=dict)
    _heard_s: float = 0.0

    def run(
        self, server: tuple[str, int], name: str, rate: float, done: Callable[[], bool]
    ) -> "Lookups":
        """Ask for `name` from ever new subnets until `done`; return itself."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect(server)
            due_s = self._heard_s = time.monotonic()
            while not done():
                now_s = time.monotonic()
                if now_s >= due_s:
                    due_s = max(due_s + 1 / rate, now_s - 1.0)
                    self._ask(asking, name, now_s)
                self._hear(asking, max(due_s - now_s, 0.0))
            deadline_s = time.monotonic() + PATIENCE_S
            while self._asked and time.monotonic() < deadline_s:
                self._hear(asking, 0.1)
        self.lost = len(self._asked)
        return self

    def _ask(self, asking: socket.socket, name: str, now_s: float) -> None:
        number = self.sent % IDENTIFIERS
        # By a step that is no divisor of 2**24, no subnet comes twice for long.
        subnet = 0x0B0000 + self.sent * 7919 & 0xFFFFFF
        asking.send(subnet_query(name, number, subnet))
        self._asked[number] = now_s
        self.sent += 1

    def _hear(self, asking: socket.socket, within_s: float) -> None:
        if not select.select([asking], [], [], within_s)[0]:
            return
        number = int.from_bytes(asking.recv(2)[:2])
        now_s = time.monotonic()
        asked_s = self._asked.pop(number, now_s)
        self.slowest_s = max(self.slowest_s, now_s - asked_s)
        self.gap_s = max(self.gap_s, now_s - self._heard_s)
        self._heard_s = now_s

"""DelayLink: TCLink's parameters for any Mininet network, with or without netem."""

import atexit
import functools
from contextlib import ExitStack
from typing import Any

from mininet.link import Link, TCIntf

from ..features import wan_kind
from ..netlink import Netlink
from ..world.records import WanLink
from .devices import move, netns_of
from .relay_client import RelayBackend, relay_links
from .tc_parameters import NAMES, shape_of


class DelayLink(Link):
    """A link with `bw`, `delay`, `jitter`, `loss` and `max_queue_size`, as TCLink's.

    Where the kernel has netem it is a TCLink. Elsewhere its packets go through a
    relay, one for all links of this process; `relay` names another one. Use it as
    `Mininet(link=DelayLink)` or `addLink(a, b, cls=DelayLink, delay="75ms")`.
    """

    def __init__(
        self,
        node1: Any,
        node2: Any,
        relay: RelayBackend | None = None,
        **parameters: Any,
    ) -> None:
        self._relay, self._link = relay, _wan_link(node1, node2, parameters)
        if relay is None and _kernel_delays():
            super().__init__(node1, node2, cls1=TCIntf, cls2=TCIntf, **parameters)
            return
        self._relay = relay or process_relay()
        plain = {k: v for k, v in parameters.items() if k not in NAMES}
        super().__init__(node1, node2, **plain)
        for interface in (self.intf1, self.intf2):
            if interface.mac:
                interface.setMAC(interface.mac)

    def makeIntfPair(  # noqa: PLR0913 (Mininet's signature)
        self,
        intfname1: str,
        intfname2: str,
        addr1: str | None = None,
        addr2: str | None = None,
        node1: Any = None,
        node2: Any = None,
        deleteIntfs: bool = True,
    ) -> None:
        """Make both interfaces, joined by the relay, and give them to their nodes."""
        if self._relay is None:
            pair = (intfname1, intfname2, addr1, addr2, node1, node2)
            super().makeIntfPair(*pair, deleteIntfs=deleteIntfs)
            return
        self._relay.create(intfname1, intfname2, self._link)
        for name, node in ((intfname1, node1), (intfname2, node2)):
            if node is not None and node.inNamespace:
                with netns_of(node.pid) as namespace, Netlink() as netlink:
                    netlink.send([move(name, namespace)])

    def delete(self) -> None:
        """Delete both interfaces, and with them their far ends."""
        if self._relay is not None:
            self._relay.forget(self.intf1.name, self.intf2.name)
        super().delete()


@functools.cache
def process_relay() -> RelayBackend:
    """Return the relay of this process, which ends with it."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(relay_links(super_packets=True))


@functools.cache
def _kernel_delays() -> bool:
    return wan_kind() == "netem"


def _wan_link(node1: Any, node2: Any, parameters: dict[str, Any]) -> WanLink:
    both = {name: parameters.get(name) for name in NAMES}
    forward, backward = (
        shape_of({**both, **(parameters.get(end) or {})})
        for end in ("params1", "params2")
    )
    return WanLink(node1.name, node2.name, forward, backward)

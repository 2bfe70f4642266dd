"""Two hosts joined by one wide-area link, and nothing else in the world."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from ipaddress import ip_interface

from topo.links.backend import WanBackend
from topo.links.devices import move
from topo.links.relay_client import RelayBackend, relay_links
from topo.netlink import Netlink, put_address, quieten_ipv6, up
from topo.sandbox.syscalls import (
    CLONE_NEWNET,
    THREAD_NETNS,
    inside_netns,
    unshare,
)
from topo.world.records import WanLink

A_PORT, B_PORT = "a-b", "b-a"
FORWARD, BACKWARD = f"{A_PORT}>{B_PORT}", f"{B_PORT}>{A_PORT}"
A_ADDRESSES = ("10.9.0.1/24", "fd09::1/64")
B_ADDRESSES = ("10.9.0.2/24", "fd09::2/64")

OpenWan = Callable[[], AbstractContextManager[WanBackend]]


@dataclass(frozen=True, slots=True)
class Wire:
    """The link and the two namespaces that it joins, as descriptors."""

    wan: WanBackend
    a: int
    b: int

    @property
    def relay(self) -> int:
        """The relay's process id; 0 when the link has none."""
        return self.wan.process.pid if isinstance(self.wan, RelayBackend) else 0

    @property
    def address_a(self) -> str:
        """The IPv4 address of host a."""
        return A_ADDRESSES[0].partition("/")[0]

    @property
    def address_b(self) -> str:
        """The IPv4 address of host b."""
        return B_ADDRESSES[0].partition("/")[0]


@contextmanager
def wire(link: WanLink, open_wan: OpenWan = relay_links) -> Iterator[Wire]:
    """Join two new namespaces by `link`; this thread is in the one of host a."""
    with new_netns() as b, new_netns() as a, open_wan() as wan, Netlink() as here:
        wan.create(A_PORT, B_PORT, link)
        here.send([move(B_PORT, b)])
        _configure(a, A_PORT, A_ADDRESSES)
        _configure(b, B_PORT, B_ADDRESSES)
        yield Wire(wan, a, b)


def _configure(namespace: int, port: str, addresses: tuple[str, str]) -> None:
    with inside_netns(namespace), Netlink() as netlink:
        netlink.send([up("lo"), up(port)])
        index = netlink.index(port)
        netlink.send(put_address(index, ip_interface(address)) for address in addresses)


@contextmanager
def new_netns() -> Iterator[int]:
    """Have this thread in a new namespace without a name; yield its descriptor."""
    home = os.open(THREAD_NETNS, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with inside_netns(home):
            unshare(CLONE_NEWNET)
            quieten_ipv6()
            here = os.open(THREAD_NETNS, os.O_RDONLY | os.O_CLOEXEC)
            try:
                yield here
            finally:
                os.close(here)
    finally:
        os.close(home)

"""Mininet links that are made, configured and removed through netlink."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from mininet.link import Intf, Link

from ..netlink import End, Netlink, NetlinkError, delete, up, veth
from .host import LabHost


class LabIntf(Intf):
    """An interface that is up, and has its MAC address, from the start."""

    def config(self, **params: Any) -> Any:
        """Apply what is not done yet: nothing, unless an address is given."""
        return super().config(**{**params, "up": None})

    def ifconfig(self, *args: Any) -> Any:
        """Run ifconfig on it; a host that is set up again is as it was before."""
        said = super().ifconfig(*args)
        # The kernel forgets routes and IPv6 addresses of an interface that goes down.
        if args == ("up",) and isinstance(self.node, LabHost):
            self.node.configDefault()
        return said

    def delete(self) -> None:
        """Delete the interface, and with it its peer."""
        namespace = getattr(self.node, "namespace", None)
        with ExitStack() as stack:
            netlink = namespace and namespace.netlink
            netlink = netlink or stack.enter_context(Netlink())
            # The first end of a pair has taken the second with it.
            with suppress(NetlinkError):
                netlink.send([delete(self.name)])
        self.node.delIntf(self)
        self.link = None


class LabLink(Link):
    """A veth pair with all offloads off that a userspace switch would choke on."""

    def __init__(self, node1: Any, node2: Any, **params: Any) -> None:
        params["intf"] = params.get("intf") or LabIntf
        super().__init__(node1, node2, **params)

    @classmethod
    def makeIntfPair(  # noqa: PLR0913 (Mininet's signature)
        cls,
        intfname1: str,
        intfname2: str,
        addr1: str | None = None,
        addr2: str | None = None,
        node1: Any = None,
        node2: Any = None,
        deleteIntfs: bool = True,
    ) -> None:
        """Make the pair, up at both ends."""
        with _namespace_of(node1) as a, _namespace_of(node2) as b:
            ends = End(intfname1, a, addr1 or ""), End(intfname2, b, addr2 or "")
            with Netlink() as netlink:
                netlink.send([veth(*ends)])
        for name, node in ((intfname1, node1), (intfname2, node2)):
            _finish(name, node)

    def stop(self) -> None:
        """Leave the link alone when it ends with one of its hosts, as it is quicker."""
        nodes = (self.intf1.node, self.intf2.node)
        if not any(isinstance(node, LabHost) for node in nodes):
            self.delete()


class AdoptedLink(LabLink):
    """A link that exists already."""

    @classmethod
    def makeIntfPair(cls, *args: Any, **kwargs: Any) -> None:
        """Make nothing."""


def _finish(name: str, node: Any) -> None:
    """Set an end up, with checksums complete and packets unmerged.

    Behind a userspace switch a checksum left to hardware is never filled in, and
    packets merged on receipt are too large to be sent on.
    """
    if isinstance(node, LabHost):
        _finish_with(node.namespace.netlink, name)
    elif node is None or not node.inNamespace:
        with Netlink() as netlink:
            _finish_with(netlink, name)
    else:
        node.cmd("ip", "link", "set", name, "up")


def _finish_with(netlink: Netlink, name: str) -> None:
    netlink.tx_checksum_off(name)
    netlink.gro_off(name)
    netlink.send([up(name)])


@contextmanager
def _namespace_of(node: Any) -> Iterator[int | None]:
    """Yield the descriptor of a node's network namespace, None for this one."""
    if isinstance(node, LabHost):
        yield node.namespace.descriptor
    elif node is None or not node.inNamespace:
        yield None
    else:
        descriptor = os.open(f"/proc/{node.pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

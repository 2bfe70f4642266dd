"""Mininet hosts that are named network namespaces, set up through netlink."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

from mininet.node import Host

from balancer.model import Address

from ..netlink import (
    Namespace,
    create_netns,
    delete_netns,
    open_netns,
    put_address,
    put_neighbour,
    put_route,
    set_mac,
)
from ..netlink.requests import Interface, Request
from .shell import LazyShell
from .spawn import NAMESPACE_FILES, host_argv

DEFAULT_ROUTE = {4: ip_network("0.0.0.0/0"), 6: ip_network("::/0")}


@dataclass(frozen=True, slots=True)
class Addressing:
    """How a host takes part in the network through its first interface.

    Args:
        interfaces: its own addresses with their prefix lengths.
        gateways: default gateways, one per family; need not lie in a prefix above.
        gateway_mac: the link address of all of them, fixed for good.
        resolver: where its programs ask for names, None to leave that alone.
        mtu: of what goes by the gateways, 0 for the link's.
    """

    interfaces: tuple[Interface, ...]
    gateways: tuple[Address, ...] = ()
    gateway_mac: str = ""
    resolver: Address | None = None
    mtu: int = 0


class LabHost(LazyShell, Host):
    """A host without a process: the network namespace /run/netns/NAME.

    Takes Mininet's parameters, and `addressing`, which replaces ip and defaultRoute.
    With `adopted` the namespace exists already, and is left as it is.
    """

    isSetup = True  # Mininet's own check looks for ifconfig, which is not needed.
    namespace: Namespace
    _ended = False

    def startShell(self, mnopts: str | None = None) -> None:
        """Make the namespace; the shell comes with the first command."""
        adopted = self.params.get("adopted", False)
        self.namespace = (open_netns if adopted else create_netns)(self.name)

    def popen(self, *args: Any, **kwargs: Any) -> Any:
        """Start a program in the host; see Mininet's Node.popen."""
        kwargs.setdefault("mncmd", host_argv(self.name, []))
        return super().popen(*args, **kwargs)

    def config(self, **params: Any) -> dict[str, Any]:
        """Set the first interface up as `addressing`, or ip, mac and defaultRoute."""
        first = self.defaultIntf()
        if first is None:
            return {}
        addressing = params.get("addressing") or _from_mininet(params)
        if addressing.interfaces:
            own = addressing.interfaces[0]
            first.ip, first.prefixLen = str(own.ip), own.network.prefixlen
        if not params.get("adopted"):
            self._apply(first, addressing, params.get("mac"))
        return {}

    def terminate(self) -> None:
        """End the shell and give the namespace up; twice is as good as once."""
        super().terminate()
        if self._ended:
            return
        self._ended = True
        if not self.params.get("adopted"):
            delete_netns(self.name)
        self.namespace.close()

    def _popen(self, cmd: list[str], **params: Any) -> Any:
        # Mininet's shell: mnexec would make a namespace, the host has one.
        if cmd[:2] == ["mnexec", "-cdn"]:
            cmd = host_argv(self.name, ["mnexec", "-cd", *cmd[2:]])
        return super()._popen(cmd, **params)

    def _apply(self, first: Any, addressing: Addressing, mac: str | None) -> None:
        netlink = self.namespace.netlink
        index = netlink.index(first.name)
        requests = _requests(index, addressing)
        if mac and mac != first.mac:
            requests.insert(0, set_mac(first.name, mac))
            first.mac = mac
        netlink.send(requests)
        if addressing.resolver:
            _write_resolver(self.name, addressing.resolver)


def _requests(index: int, addressing: Addressing) -> list[Request]:
    requests = [put_address(index, own) for own in addressing.interfaces]
    for gateway in addressing.gateways:
        route = DEFAULT_ROUTE[gateway.version]
        requests.append(put_route(index, route, gateway, addressing.mtu))
        if addressing.gateway_mac:
            requests.append(put_neighbour(index, gateway, addressing.gateway_mac))
    return requests


def _from_mininet(params: dict[str, Any]) -> Addressing:
    """Read Mininet's parameters: ip "10.0.0.1/8", defaultRoute "via 10.0.0.254"."""
    ip, route = params.get("ip"), params.get("defaultRoute") or ""
    words = route.split()
    gateways = [ip_address(words[words.index("via") + 1])] if "via" in words else []
    return Addressing((ip_interface(ip),) if ip else (), tuple(gateways))


def _write_resolver(name: str, resolver: Address) -> None:
    """Have `ip netns exec NAME` show the programs a resolv.conf of their own."""
    folder = NAMESPACE_FILES / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "resolv.conf").write_text(f"nameserver {resolver}\n")

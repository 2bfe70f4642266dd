"""The fabric as its file says it: routers, wires, hosts and anycast addresses."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from balancer.errors import ConfigError
from balancer.model import Address, Network

from .fields import Fields


@dataclass(frozen=True, slots=True)
class Port:
    """A switch port: the site of its switch and its interface name."""

    site: str
    name: str


@dataclass(frozen=True, slots=True)
class Router:
    """A site's switch; `gateways` are the addresses it answers for.

    `bridged` are the ports that are of one broadcast domain with the LAN's.
    """

    site: str
    dpid: int
    mac: str
    lan_port: str
    networks: tuple[Network, ...]
    gateways: tuple[Address, ...]
    bridged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wire:
    """A link between two routers, with the same cost both ways."""

    a: str
    a_port: str
    b: str
    b_port: str
    cost_ms: float

    @property
    def ends(self) -> tuple[Port, Port]:
        """Both switch ports; the wire is up while both are."""
        return Port(self.a, self.a_port), Port(self.b, self.b_port)


@dataclass(frozen=True, slots=True)
class Host:
    """A host and the switch port that it is reached by."""

    name: str
    site: str
    addresses: tuple[Address, ...]
    mac: str
    port: str

    @property
    def behind(self) -> Port:
        """The switch port that leads to the host."""
        return Port(self.site, self.port)


@dataclass(frozen=True, slots=True)
class Anycast:
    """Addresses that several hosts answer to."""

    name: str
    addresses: tuple[Address, ...]
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Membership:
    """That a host is a member of an anycast, both by name."""

    anycast: str
    member: str


@dataclass(frozen=True, slots=True)
class Outages:
    """What does not work at a time.

    Args:
        down: switch ports.
        withdrawn: members that asked not to be sent anything, in the order in which
            they did.
    """

    down: frozenset[Port] = frozenset()
    withdrawn: tuple[Membership, ...] = ()


@dataclass(frozen=True, slots=True)
class Fabric:
    """The whole fabric."""

    routers: tuple[Router, ...]
    wires: tuple[Wire, ...]
    hosts: tuple[Host, ...]
    anycasts: tuple[Anycast, ...]

    def ports(self) -> frozenset[Port]:
        """Return every switch port whose state matters."""
        ends = [end for wire in self.wires for end in wire.ends]
        lans = [Port(router.site, router.lan_port) for router in self.routers]
        return frozenset(ends + lans + [host.behind for host in self.hosts])


def from_json(text: str, file_name: str = "fabric.json") -> Fabric:
    """Return the fabric that `text` describes.

    Raises:
        ConfigError: it is not one; the message names the place.
    """
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{file_name}:{error.lineno}"
        raise ConfigError(f"{place}: not JSON: {error.msg}") from error
    fields = Fields(value, file_name)
    fabric = Fabric(
        fields.records("routers", _router),
        fields.records("wires", _wire),
        fields.records("hosts", _host),
        fields.records("anycasts", _anycast),
    )
    fields.no_more()
    _check(fabric, file_name)
    return fabric


def _router(fields: Fields) -> Router:
    return Router(
        fields.text("site"),
        fields.dpid("dpid"),
        fields.mac("mac"),
        fields.text("lan_port"),
        fields.each("networks", ip_network),
        fields.each("gateways", ip_address),
        fields.texts("bridged"),
    )


def _wire(fields: Fields) -> Wire:
    return Wire(
        fields.text("a"),
        fields.text("a_port"),
        fields.text("b"),
        fields.text("b_port"),
        fields.cost_ms("cost_ms"),
    )


def _host(fields: Fields) -> Host:
    return Host(
        fields.text("name"),
        fields.text("site"),
        fields.each("addresses", ip_address),
        fields.mac("mac"),
        fields.text("port"),
    )


def _anycast(fields: Fields) -> Anycast:
    return Anycast(
        fields.text("name"),
        fields.each("addresses", ip_address),
        fields.texts("members"),
    )


def _check(fabric: Fabric, place: str) -> None:
    """Raise ConfigError where records do not fit together."""
    sites = [router.site for router in fabric.routers]
    _unique(sites, f"{place}: routers: site")
    _unique((router.dpid for router in fabric.routers), f"{place}: routers: dpid")
    _unique((router.mac for router in fabric.routers), f"{place}: routers: mac")
    _unique((host.name for host in fabric.hosts), f"{place}: hosts: name")
    _unique(_addresses(fabric), f"{place}: address")
    ends = [end for wire in fabric.wires for end in wire.ends]
    _unique(ends, f"{place}: wires: port")
    for index, wire in enumerate(fabric.wires):
        _known((wire.a, wire.b), sites, f"{place}: wires[{index}]", "site")
        if wire.a == wire.b:
            raise ConfigError(f"{place}: wires[{index}]: both ends are at {wire.a}")
    for index, host in enumerate(fabric.hosts):
        _known([host.site], sites, f"{place}: hosts[{index}]", "site")
    _check_bridges(fabric, place)
    _check_anycasts(fabric, place)


def _check_bridges(fabric: Fabric, place: str) -> None:
    for index, router in enumerate(fabric.routers):
        ports = [host.port for host in fabric.hosts if host.site == router.site]
        _known(router.bridged, ports, f"{place}: routers[{index}].bridged", "port")


def _check_anycasts(fabric: Fabric, place: str) -> None:
    hosts = {host.name: host for host in fabric.hosts}
    for index, anycast in enumerate(fabric.anycasts):
        where = f"{place}: anycasts[{index}].members"
        _known(anycast.members, hosts, where, "host")
        # The switch chooses a port: it cannot tell two hosts behind one apart.
        _unique((hosts[name].behind for name in anycast.members), f"{where}: port")


def _addresses(fabric: Fabric) -> Iterable[Address]:
    for router in fabric.routers:
        yield from router.gateways
    for host in fabric.hosts:
        yield from host.addresses
    for anycast in fabric.anycasts:
        yield from anycast.addresses


def _known(names: Iterable[str], known: Iterable[str], place: str, noun: str) -> None:
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise ConfigError(f"{place}: no {noun} has the name {unknown[0]!r}")


def _unique(values: Iterable[object], place: str) -> None:
    for value, count in Counter(values).items():
        if count > 1:
            raise ConfigError(f"{place}: {value} stands there {count} times")

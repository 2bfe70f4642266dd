"""Which hosts stand at a site, where they are attached, and their addresses: pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from . import addresses
from .records import Datacenter, World

INTERFACE = "eth0"  # a host's one interface, as it calls it


class Role(StrEnum):
    """What a host is for."""

    CLIENT = "client"
    RESOLVER = "resolver"
    NAMESERVER = "nameserver"
    ROOT = "root"
    BALANCER = "balancer"
    BACKEND = "backend"


class Attachment(StrEnum):
    """How a host reaches its site's router."""

    LAN = "lan"  # on the site's kernel bridge, in the broadcast domain of its subnet
    PORT = "port"  # on a switch port of its own, as /32 and /128
    BRIDGED = "bridged"  # on one too, which the switch bridges with the LAN


@dataclass(frozen=True, slots=True)
class Subnet:
    """A broadcast domain of a site; `gateway4` and `gateway6` are the router's."""

    name: str
    network4: IPv4Network
    network6: IPv6Network
    gateway4: IPv4Address
    gateway6: IPv6Address


@dataclass(frozen=True, slots=True)
class Host:
    """One host with one interface, eth0; `port` is its network-side end's name.

    `network` is the client network's or datacenter's name, or "".
    """

    name: str
    site: str
    role: Role
    subnet: Subnet
    address4: IPv4Address
    address6: IPv6Address
    mac: str
    attachment: Attachment
    port: str
    network: str = ""


def site_hosts(world: World, site: str, number: int) -> Iterator[Host]:
    """All hosts of one site: its datacenter's, its resolvers, its clients."""
    for datacenter in world.datacenters:
        if datacenter.site == site:
            yield from _datacenter_hosts(datacenter, number)
    yield from _resolver_hosts(world, site, number)
    networks = [it for it in world.client_networks if it.site == site]
    for subnet, network in enumerate(networks, start=addresses.FIRST_CLIENTS):
        group = _Group(site, number, subnet, network.name, Role.CLIENT, network.name)
        yield from _hosts(
            group, [f"{network.name}-{i}" for i in range(1, network.hosts + 1)]
        )


def _resolver_hosts(world: World, site: str, number: int) -> Iterator[Host]:
    """Those that share an address have a switch port each: the switch spreads them."""
    some = [it for it in world.resolvers if it.site == site]
    alone = _Group(site, number, addresses.RESOLVERS, "resolvers", Role.RESOLVER)
    yield from _hosts(alone, [it.name for it in some if not it.anycast])
    shared = replace(
        alone,
        subnet_number=addresses.SHARED_RESOLVERS,
        subnet_name="shared-resolvers",
        attachment=Attachment.PORT,
    )
    yield from _hosts(shared, [it.name for it in some if it.anycast])


def _datacenter_hosts(datacenter: Datacenter, number: int) -> Iterator[Host]:
    site = datacenter.site

    def group(subnet: int, name: str, role: Role) -> _Group:
        return _Group(site, number, subnet, name, role, site)

    names = group(addresses.NAMES, "names", Role.NAMESERVER)
    yield from _hosts(names, [f"{site}-ns"])
    yield from _hosts(replace(names, role=Role.ROOT), [f"{site}-root"], skip=1)
    servers = group(addresses.SERVERS, "servers", Role.BACKEND)
    yield from _balancer_hosts(datacenter, servers)
    yield from _hosts(
        servers, [f"{site}-be{i}" for i in range(1, datacenter.backends + 1)]
    )


def _balancer_hosts(datacenter: Datacenter, servers: "_Group") -> Iterator[Host]:
    """A switch port each, on which the switch spreads flows, in whichever subnet."""
    names = [f"{datacenter.site}-lb{i}" for i in range(1, datacenter.balancers + 1)]
    group = replace(servers, role=Role.BALANCER)
    if datacenter.shared_lan:
        skip = addresses.FIRST_BALANCER_ON_LAN - addresses.FIRST_HOST
        yield from _hosts(replace(group, attachment=Attachment.BRIDGED), names, skip)
        return
    own = replace(
        group,
        subnet_number=addresses.BALANCERS,
        subnet_name="balancers",
        attachment=Attachment.PORT,
    )
    yield from _hosts(own, names)


@dataclass(frozen=True, slots=True)
class _Group:
    """Hosts of one role in one subnet of one site."""

    site: str
    site_number: int
    subnet_number: int
    subnet_name: str
    role: Role
    network: str = ""
    attachment: Attachment = Attachment.LAN

    def subnet(self) -> Subnet:
        network4 = addresses.subnet4(self.site_number, self.subnet_number)
        network6 = addresses.subnet6(self.site_number, self.subnet_number)
        return Subnet(self.subnet_name, network4, network6, network4[1], network6[1])


def _hosts(group: _Group, names: list[str], skip: int = 0) -> Iterator[Host]:
    subnet = group.subnet()
    for number, name in enumerate(names, start=addresses.FIRST_HOST + skip):
        yield Host(
            name=name,
            site=group.site,
            role=group.role,
            subnet=subnet,
            address4=subnet.network4[number],
            address6=subnet.network6[addresses.digits(number)],
            mac=addresses.host_mac(group.site_number, group.subnet_number, number),
            attachment=group.attachment,
            port=name,
            network=group.network,
        )

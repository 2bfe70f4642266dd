"""Where everything stands and what address it has: a pure function of the world."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from .records import World


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


@dataclass(frozen=True, slots=True)
class RouterPlan:
    """A site's router: an OpenFlow switch and the kernel bridge below it.

    `lan_port` is the switch's end of the pair to `bridge`, `lan_peer` the bridge's.
    """

    site: str
    switch: str
    dpid: int
    mac: str
    network4: IPv4Network
    network6: IPv6Network
    bridge: str
    lan_port: str
    lan_peer: str


@dataclass(frozen=True, slots=True)
class Anycast:
    """An address that several hosts announce; a VIP is one with its balancers."""

    name: str
    address4: IPv4Address
    address6: IPv6Address
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The address plan of a world."""

    world: World
    routers: tuple[RouterPlan, ...]
    hosts: tuple[Host, ...]
    vips: dict[tuple[str, str], Anycast]  # by service name and datacenter site
    nameserver: Anycast  # the zone's authoritative servers
    root: Anycast  # the private root's servers

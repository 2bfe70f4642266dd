"""Where everything stands and what address it has: a pure function of the world."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from . import addresses
from .hosts import Attachment, Host, Role, Subnet, site_hosts
from .records import World

__all__ = [
    "Anycast",
    "Attachment",
    "Host",
    "Plan",
    "Role",
    "RouterPlan",
    "Subnet",
    "make_plan",
]


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
    resolvers: dict[str, Anycast]  # by the name of an address that resolvers share

    def host(self, name: str) -> Host:
        """The host called `name`; KeyError when there is none."""
        for host in self.hosts:
            if host.name == name:
                return host
        raise KeyError(name)

    def hosts_at(self, site: str, role: Role | None = None) -> tuple[Host, ...]:
        """The hosts of a site, all or those of one role, in the plan's order."""
        return tuple(
            host
            for host in self.hosts
            if host.site == site and role in (None, host.role)
        )

    def clients_of(self, network: str) -> tuple[Host, ...]:
        """The hosts of a client network."""
        return tuple(
            host
            for host in self.hosts
            if host.role is Role.CLIENT and host.network == network
        )

    def router(self, site: str) -> RouterPlan:
        """The router of a site; KeyError when there is no such site."""
        for router in self.routers:
            if router.site == site:
                return router
        raise KeyError(site)

    def subnets_at(self, site: str) -> tuple[Subnet, ...]:
        """The subnets of a site that have hosts, each once."""
        return tuple(dict.fromkeys(host.subnet for host in self.hosts_at(site)))

    @property
    def announced(self) -> tuple[Anycast, ...]:
        """The shared addresses that their members have on the loopback interface."""
        return self.nameserver, self.root, *self.resolvers.values()

    def asked_by(self, network: str) -> Host | Anycast:
        """What has the address that the clients of `network` ask for names.

        Raises:
            KeyError: no network of clients has this name.
        """
        for it in self.world.client_networks:
            if it.name == network:
                return self.resolver(it.resolver)
        raise KeyError(network)

    def resolver(self, name: str) -> Host | Anycast:
        """The resolver of that name, or the address that several share."""
        return self.resolvers.get(name) or self.host(name)

    def vip(self, service: str, site: str) -> Anycast:
        """The VIP of a service at a datacenter; KeyError when there is none."""
        return self.vips[service, site]


def make_plan(world: World) -> Plan:
    """Give every host of `world` its name, addresses, MAC and port.

    Sites are numbered from 1 in the world's order, and so are datacenters; the
    same world gets the same plan always.
    """
    hosts = tuple(
        host
        for number, site in enumerate(world.sites, start=1)
        for host in site_hosts(world, site.name, number)
    )
    return Plan(
        world=world,
        routers=tuple(
            _router(site.name, number)
            for number, site in enumerate(world.sites, start=1)
        ),
        hosts=hosts,
        vips=_vips(world, hosts),
        nameserver=Anycast(
            "nameserver",
            addresses.NAMESERVER4,
            addresses.NAMESERVER6,
            _names(hosts, Role.NAMESERVER),
        ),
        root=Anycast(
            "root", addresses.ROOT4, addresses.ROOT6, _names(hosts, Role.ROOT)
        ),
        resolvers=_shared_resolvers(world),
    )


def _names(hosts: tuple[Host, ...], role: Role, site: str = "") -> tuple[str, ...]:
    return tuple(
        host.name for host in hosts if host.role is role and site in ("", host.site)
    )


def _router(site: str, number: int) -> RouterPlan:
    return RouterPlan(
        site=site,
        switch=f"sw-{site}",
        dpid=number,
        mac=addresses.router_mac(number),
        network4=addresses.site_network4(number),
        network6=addresses.site_network6(number),
        bridge=f"lan-{site}",
        lan_port=f"{site}-lan",
        lan_peer=f"{site}-up",
    )


def _vips(world: World, hosts: tuple[Host, ...]) -> dict[tuple[str, str], Anycast]:
    return {
        (service.name, datacenter.site): Anycast(
            f"{service.name}@{datacenter.site}",
            addresses.vip4(number, k),
            addresses.vip6(number, k),
            _names(hosts, Role.BALANCER, datacenter.site),
        )
        for k, service in enumerate(world.services)
        for number, datacenter in enumerate(world.datacenters, start=1)
    }


def _shared_resolvers(world: World) -> dict[str, Anycast]:
    names = dict.fromkeys(it.anycast for it in world.resolvers if it.anycast)
    return {
        name: Anycast(
            name,
            addresses.shared_resolver4(number),
            addresses.shared_resolver6(number),
            tuple(it.name for it in world.resolvers if it.anycast == name),
        )
        for number, name in enumerate(names, start=1)
    }

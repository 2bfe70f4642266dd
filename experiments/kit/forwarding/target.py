"""What is measured: a VIP, its balancer and backends, and a client beside them."""

from collections.abc import Iterator
from dataclasses import dataclass

from balancer.model import Address
from topo.lab.roles import nearest_client
from topo.render.balancers import balancer_kind
from topo.world.plan import Host, Plan, Role
from topo.world.records import BalancerKind

from .transfers import Server


@dataclass(frozen=True, slots=True)
class Target:
    """A way of forwarding, in one family.

    Args:
        mode: of ours, or the name of the product in our balancer's place.
        is_ours: whether it is ours.
        client: at the same site, if there is one.
        balancers: there, and `backends`.
        vip: its address, and `port`.
    """

    mode: str
    is_ours: bool
    client: Host
    balancers: tuple[Host, ...]
    backends: tuple[Host, ...]
    vip: Address
    port: int

    @property
    def name(self) -> str:
        """Mode, family and site in a word."""
        return f"{self.mode}-{self.vip.version}-{self.balancers[0].site}"

    @property
    def server(self) -> Server:
        """Where the client's requests go."""
        return Server(self.client.name, self.vip, self.port)

    @property
    def hosts(self) -> tuple[Host, ...]:
        """Everybody who sees its packets."""
        return self.client, *self.balancers, *self.backends

    @property
    def client_address(self) -> Address:
        """The client's, in the VIP's family."""
        four = self.vip.version == 4
        return self.client.address4 if four else self.client.address6


def targets(plan: Plan) -> Iterator[Target]:
    """Yield what a world has: each service of our balancers, the first of others'."""
    for datacenter in plan.world.datacenters:
        site = datacenter.site
        client = nearest_client(plan, datacenter)
        is_ours = balancer_kind(plan, site) is BalancerKind.OURS
        services = plan.world.services if is_ours else plan.world.services[:1]
        for service in services:
            vip = plan.vip(service.name, site)
            for address in (vip.address4, vip.address6):
                yield Target(
                    mode=service.forwarding if is_ours else str(datacenter.balancer),
                    is_ours=is_ours,
                    client=client,
                    balancers=plan.hosts_at(site, Role.BALANCER),
                    backends=plan.hosts_at(site, Role.BACKEND),
                    vip=address,
                    port=service.port,
                )

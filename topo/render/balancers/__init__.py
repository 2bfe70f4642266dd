"""Others' balancers in place of ours, for the same VIPs and backends.

Each is told what a world's services ask as far as it can do it; what it cannot is said
in its own module. All of them need the VIPs on their host, and none gives notice.
"""

from collections.abc import Callable, Mapping

from topo.world.plan import Anycast, Host, Plan, Role
from topo.world.records import BalancerKind

from . import haproxy, keepalived, nftables
from .foreign import Backend, Foreign, Program, Served

_RENDER: Mapping[BalancerKind, Callable[[Foreign], Program]] = {
    BalancerKind.NFTABLES: nftables.program,
    BalancerKind.HAPROXY: haproxy.program,
    BalancerKind.IPVS: keepalived.program,
}
# What a user asks instead of ours: where flows go, by the product's own means.
_ASKED = {
    BalancerKind.NFTABLES: "nft list ruleset",
    BalancerKind.HAPROXY: "ss -tn",
    BalancerKind.IPVS: "cat /proc/net/ip_vs_conn",
}


def balancer_kind(plan: Plan, site: str) -> BalancerKind:
    """The product that balances at `site`."""
    return plan.world.datacenter(site).balancer


def foreign_balancers(plan: Plan) -> tuple[Host, ...]:
    """The hosts of the balancers that are not ours."""
    return tuple(
        host
        for host in plan.hosts
        if host.role is Role.BALANCER
        and balancer_kind(plan, host.site) is not BalancerKind.OURS
    )


def accepted_vips(plan: Plan) -> tuple[Anycast, ...]:
    """The VIPs that the balancers' hosts must have themselves: all but ours do."""
    return tuple(
        vip
        for (_, site), vip in plan.vips.items()
        if balancer_kind(plan, site) is not BalancerKind.OURS
    )


def balancer_program(plan: Plan, host: Host, directory: str) -> Program:
    """The program of the foreign balancer on `host`, with its files in `directory`."""
    hosts = plan.hosts_at(host.site, Role.BACKEND)
    weights = plan.world.datacenter(host.site).backend_weights
    served = tuple(
        Served(service, plan.vip(service.name, host.site))
        for service in plan.world.services
    )
    foreign = Foreign(host, served, tuple(map(Backend, hosts, weights)), directory)
    return _RENDER[balancer_kind(plan, host.site)](foreign)


def is_tunnelled(plan: Plan, site: str) -> bool:
    """Whether packets reach the backends of `site` as they came, in a tunnel."""
    return balancer_kind(plan, site) in (BalancerKind.OURS, BalancerKind.IPVS)


def not_ours(plan: Plan, name: str) -> str:
    """Why nothing of ours on `name` tells of packets, and what does; "" for ours."""
    for host in foreign_balancers(plan):
        kind = balancer_kind(plan, host.site)
        if host.name == name:
            asked = f"frontlab exec {name} -- {_ASKED[kind]}"
            return f"it is {kind}, which answers for itself only ({asked})"
        backends = plan.hosts_at(host.site, Role.BACKEND)
        if name in [it.name for it in backends] and not is_tunnelled(plan, host.site):
            return f"it needs no agent of ours: {kind} sends to its own address"
    return ""

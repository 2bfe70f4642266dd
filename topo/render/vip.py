"""The files of the balancers and of the agents on their backends."""

from collections.abc import Iterator

from balancer.hashing.maglev import TABLE_SIZE
from balancer.model import Forwarding
from balancer.vip.tables.modes import TUNNELS
from topo.world.hosts import INTERFACE
from topo.world.plan import Attachment, Host, Plan, Role
from topo.world.records import BalancerKind, Service

from .toml import Table, Value, to_toml

HEALTH: Table = {
    "kind": "http",
    "through": "auto",
    "port": 80,
    "path": "/health",
    "interval": "500 ms",
    "timeout": "400 ms",
    "rise": 2,
    "fall": 2,
}


def vip_config(plan: Plan, host: Host) -> str:
    """vip.toml of a balancer: every service's VIPs, one pool for each service."""
    services = plan.world.services
    return to_toml(
        {
            "balancer": {
                "name": host.name,
                "interface": INTERFACE,
                "source": str(host.address4),
                "source6": str(host.address6),
                "gateway_mac": plan.router(host.site).mac,
                "xdp": "auto",
            },
            "pool": [_pool(plan, it, host) for it in services],
            "vip": [
                _vip(service, address, host.site)
                for service in services
                for address in _vip_addresses(plan, service.name, host.site)
            ],
        }
    )


def backend_config(plan: Plan, host: Host) -> str:
    """backend.toml of the agent that strips the balancers' encapsulation."""
    balancers = plan.hosts_at(host.site, Role.BALANCER)
    return to_toml(
        {
            "backend": {
                "name": host.name,
                "interface": INTERFACE,
                "decapsulation": "auto",
                "encapsulations": _encapsulations(plan, host.site),
                "balancers": list(_outer_sources(plan, balancers)),
                "vips": [
                    str(address)
                    for service in plan.world.services
                    for address in _vip_addresses(plan, service.name, host.site)
                ],
                **_peers(plan, host),
            }
        }
    )


def _peers(plan: Plan, host: Host) -> Table:
    """To whom a backend may hand packets on, where a service has second chances."""
    ours = plan.world.datacenter(host.site).balancer is BalancerKind.OURS
    if not ours or not any(it.second_chance for it in plan.world.services):
        return {}
    backends = plan.hosts_at(host.site, Role.BACKEND)
    return {"peers": [str(it.address4) for it in backends if it is not host]}


def _pool(plan: Plan, service: Service, balancer: Host) -> Table:
    site = balancer.site
    in_reach = balancer.attachment is Attachment.BRIDGED
    return {
        "name": _pool_name(service, site),
        "health": HEALTH,
        "backend": [
            _backend(host, weight, in_reach)
            for host, weight in zip(
                plan.hosts_at(site, Role.BACKEND),
                plan.world.datacenter(site).backend_weights,
                strict=True,
            )
        ],
    }


def _backend(host: Host, weight: int, in_reach: bool) -> Table:
    return {
        "name": host.name,
        "address": str(host.address4),
        "address6": str(host.address6),
        **({"mac": host.mac} if in_reach else {}),
        "weight": weight,
    }


def _pool_name(service: Service, site: str) -> str:
    return f"{service.name}-{site}"


def _vip(service: Service, address: str, site: str) -> Table:
    sizes = {"mtu": service.mtu, "clamp_mss": service.clamp_mss}
    return {
        "name": service.name,
        "address": address,
        "port": service.port,
        "protocol": "tcp",
        "pool": _pool_name(service, site),
        "selection": _selection(service),
        "tracking": service.tracking,
        "forwarding": service.forwarding,
        **({"second_chance": True} if service.second_chance else {}),
        "too_big": service.too_big,
        **{key: size for key, size in sizes.items() if size is not None},
    }


def _encapsulations(plan: Plan, site: str) -> list[str]:
    """What backends take off: what services use, or GRE, as IPVS does."""
    if plan.world.datacenter(site).balancer is BalancerKind.IPVS:
        return ["gre"]
    modes = {Forwarding[it.forwarding.upper()] for it in plan.world.services}
    return [mode.name.lower() for mode in sorted(modes & TUNNELS)]


def _selection(service: Service) -> Value:
    """The method's name, or a table where more is said of it."""
    options = dict(service.selection_options)
    if service.slots == TABLE_SIZE and not options:
        return service.selection
    return {"method": service.selection, "slots": service.slots, "options": options}


def _outer_sources(plan: Plan, balancers: tuple[Host, ...]) -> Iterator[str]:
    """The addresses that tunnels come from; IPv6 ones where a service uses them."""
    yield from (str(it.address4) for it in balancers)
    if any(service.forwarding == "gre6" for service in plan.world.services):
        yield from (str(it.address6) for it in balancers)


def _vip_addresses(plan: Plan, service: str, site: str) -> tuple[str, str]:
    vip = plan.vip(service, site)
    return str(vip.address4), str(vip.address6)

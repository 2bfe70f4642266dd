"""The files of the balancers and of the agents on their backends."""

from topo.world.plan import Host, Plan, Role

from .toml import Table, to_toml

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
    backends = plan.hosts_at(host.site, Role.BACKEND)
    services = plan.world.services
    return to_toml(
        {
            "balancer": {
                "name": host.name,
                "interface": "eth0",
                "source": str(host.address4),
                "gateway_mac": plan.router(host.site).mac,
                "xdp": "auto",
            },
            "pool": [_pool(f"{it.name}-{host.site}", backends) for it in services],
            "vip": [
                {
                    "name": service.name,
                    "address": str(address),
                    "port": service.port,
                    "protocol": "tcp",
                    "pool": f"{service.name}-{host.site}",
                    "selection": service.selection,
                    "tracking": service.tracking,
                }
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
                "interface": "eth0",
                "decapsulation": "auto",
                "balancers": [str(it.address4) for it in balancers],
                "vips": [
                    str(address)
                    for service in plan.world.services
                    for address in _vip_addresses(plan, service.name, host.site)
                ],
            }
        }
    )


def _pool(name: str, backends: tuple[Host, ...]) -> Table:
    return {
        "name": name,
        "health": HEALTH,
        "backend": [
            {"name": it.name, "address": str(it.address4), "weight": 1}
            for it in backends
        ],
    }


def _vip_addresses(plan: Plan, service: str, site: str) -> tuple[str, str]:
    vip = plan.vip(service, site)
    return str(vip.address4), str(vip.address6)

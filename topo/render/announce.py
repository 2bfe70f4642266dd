"""announce.toml: what the agent beside a nameserver checks, and whom it tells."""

from topo.world.plan import Plan

from .toml import Table, to_toml

# A site is checked by going through it, which experiments should hardly see.
SITE_INTERVAL = "1 s"


def announce_config(
    plan: Plan, name: str, router: str, checks_site: bool = True
) -> str:
    """announce.toml of the agent at the nameserver `name`.

    The site is well while one of its VIPs answers: the name itself is of use for
    as long as there is a service to lead to.

    Args:
        plan: where everything stands.
        name: the host.
        router: path of the controller's control socket.
        checks_site: whether the site's services matter, too.
    """
    return to_toml(
        {
            "announce": {
                "anycast": plan.nameserver.name,
                "member": name,
                "router": router,
                "check": [
                    *_server_checks(plan),
                    *(_site_checks(plan, plan.host(name).site) if checks_site else []),
                ],
            }
        }
    )


def _server_checks(plan: Plan) -> list[Table]:
    """Both families, at the address that is announced: it must be there, too."""
    addresses = (plan.nameserver.address4, plan.nameserver.address6)
    return [
        {
            "name": f"dns{address.version}",
            "kind": "dns",
            "address": str(address),
            "zone": plan.world.domain,
        }
        for address in addresses
    ]


def _site_checks(plan: Plan, site: str) -> list[Table]:
    return [
        {
            "name": service.name,
            "kind": "http",
            "address": str(plan.vip(service.name, site).address4),
            "port": service.port,
            "path": "/health",
            "any_of": "site",
            "interval": SITE_INTERVAL,
            "timeout": SITE_INTERVAL,
        }
        for service in plan.world.services
    ]

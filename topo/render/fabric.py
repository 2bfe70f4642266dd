"""fabric.json: the world as the controller needs it."""

import json
from typing import Any

from topo.world.plan import Anycast, Attachment, Host, Plan, RouterPlan
from topo.world.records import WanLink


def fabric_json(plan: Plan) -> str:
    """Routers, wires, hosts and anycast addresses, as `controller.fabric` reads."""
    anycasts = (*plan.vips.values(), *plan.announced)
    fabric = {
        "routers": [_router(plan, it) for it in plan.routers],
        "wires": [_wire(it) for it in plan.world.links],
        "hosts": [_host(plan, it) for it in plan.hosts],
        "anycasts": [_anycast(it) for it in anycasts if it.members],
    }
    return json.dumps(fabric, indent=1) + "\n"


def _router(plan: Plan, router: RouterPlan) -> dict[str, Any]:
    subnets = plan.subnets_at(router.site)
    hosts = plan.hosts_at(router.site)
    return {
        "site": router.site,
        "dpid": router.dpid,
        "mac": router.mac,
        "lan_port": router.lan_port,
        "networks": [str(router.network4), str(router.network6)],
        "gateways": [
            str(gateway) for it in subnets for gateway in (it.gateway4, it.gateway6)
        ],
        "bridged": [it.port for it in hosts if it.attachment is Attachment.BRIDGED],
    }


def _wire(link: WanLink) -> dict[str, Any]:
    return {
        "a": link.a,
        "a_port": link.a_port,
        "b": link.b,
        "b_port": link.b_port,
        "cost_ms": link.rtt_ms,
    }


def _host(plan: Plan, host: Host) -> dict[str, Any]:
    on_lan = host.attachment is Attachment.LAN
    return {
        "name": host.name,
        "site": host.site,
        "addresses": [str(host.address4), str(host.address6)],
        "mac": host.mac,
        "port": plan.router(host.site).lan_port if on_lan else host.port,
    }


def _anycast(anycast: Anycast) -> dict[str, Any]:
    return {
        "name": anycast.name,
        "addresses": [str(anycast.address4), str(anycast.address6)],
        "members": list(anycast.members),
    }

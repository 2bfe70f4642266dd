"""What the vip agent says of itself, on its status socket and to who orders a dump."""

import time
from collections import Counter
from dataclasses import asdict
from typing import Any

from ...model import Vip
from ..pools.members import Member
from ..seeing.flow_text import flow_text
from ..xdp.datapath import Datapath
from ..xdp.traffic import Traffic
from .service import Service


def snapshot(service: Service) -> dict[str, Any]:
    """Return the status object; packets and bytes are those sent on."""
    with service.forwarder.reading() as datapath:
        flows = datapath.flow_count()
        return {
            "name": service.config.balancer.name,
            "mode": str(service.forwarder.attachment.mode),
            "counters": datapath.counters(),
            "vips": _vips(service, datapath),
            "backends": _backends(service, datapath),
            "flows": flows,
            "translations": datapath.translations.count(),
            "evicted": datapath.flows_created() - flows,
            "reloads": dict(service.reloads),
            "adopted": service.adopted,
            "fault": service.fault,
        }


def dump(service: Service) -> dict[str, Any]:
    """Return everything that decides, as it is now: no counters, and no flows."""
    roster, now_s = service.roster, time.monotonic()
    pools: dict[str, dict[str, Any]] = {}
    for pool, name, member in roster.each():
        pools.setdefault(pool, {})[name] = {
            "number": roster.backend_number(pool, name),
            "weight_now": round(roster.weight_of(pool, name, now_s), 3),
            **_member(member),
        }
    vips = {}
    for each in roster.plan.vips:
        place = place_of(each.vip)
        slots = roster.tables.slots[roster.table_number(each)]
        names = {roster.backend_number(p, n): n for p, n, _ in roster.each()}
        vips[place] = {
            "name": each.vip.name,
            "pool": each.vip.pool,
            "selection": each.selection.name(),
            "forwarding": each.vip.handling.forwarding.name.lower(),
            "slots": {names[n]: c for n, c in Counter(slots).items() if n in names},
        }
    return {"name": service.config.balancer.name, "pools": pools, "vips": vips}


def flows_by_backend(service: Service) -> dict[str, Any]:
    """Return how many tracked flows each backend has."""
    with service.forwarder.reading() as datapath:
        counts = Counter(datapath.flows().values())
    roster = service.roster
    flows: dict[str, int] = {}
    for pool, name, _ in roster.each():
        count = counts[roster.backend_number(pool, name)]
        flows[name] = flows.get(name, 0) + count
    return {"flows": flows}


def samples(service: Service) -> dict[str, Any]:
    """Return the latest packets that the flow table did not decide, and their age."""
    roster, now_s = service.roster, time.monotonic()
    names = {roster.backend_number(p, n): n for p, n, _ in roster.each()}
    return {
        "samples": [
            {
                "flow": flow_text(each.flow),
                "backend": names.get(each.backend, ""),
                "reason": each.reason.name,
                "age_s": round(now_s - each.time_s, 3),
            }
            for each in service.forwarder.samples()
        ]
    }


def place_of(vip: Vip) -> str:
    """Return where a VIP is, such as "23.0.1.80 80/tcp"."""
    return f"{vip.address} {vip.port_text}/{vip.protocol.name.lower()}"


def _member(member: Member) -> dict[str, Any]:
    return {
        "address": str(member.backend.address),
        "weight": member.backend.weight,
        "weight_by_hand": member.weight,
        "healthy": member.alive,
        "checks": {name: health.alive for name, health in member.healths.items()},
        "serves": member.serves,
    }


def _vips(service: Service, datapath: Datapath) -> dict[str, dict[str, Any]]:
    vips = {}
    for each in service.roster.plan.vips:
        traffic = datapath.vip_traffic(service.roster.vip_number(each))
        place = place_of(each.vip)
        vips[place] = {"name": each.vip.name, **asdict(traffic)}
    return vips


def _backends(service: Service, datapath: Datapath) -> dict[str, dict[str, Any]]:
    """Return backends by name; one that is in several pools is summed up."""
    backends: dict[str, dict[str, Any]] = {}
    roster, healthy = service.roster, service.healthy
    for pool, name, member in roster.each():
        traffic = datapath.backend_traffic(roster.backend_number(pool, name))
        weight = member.wanted_weight
        first = {"healthy": True, "weight": weight, **asdict(Traffic())}
        entry = backends.setdefault(name, first)
        entry["healthy"] &= (pool, name) in healthy
        for what, count in asdict(traffic).items():
            entry[what] += count
    return backends

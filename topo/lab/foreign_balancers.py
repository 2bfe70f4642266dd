"""Others' balancers in a lab: what they need of the kernel, and when they are ready."""

import functools
from collections.abc import Iterator

from topo.features import need_kernel
from topo.features.kernel import IPVS, NFTABLES
from topo.render.balancers import balancer_kind, foreign_balancers
from topo.world.plan import Host, Plan
from topo.world.records import BalancerKind

from .lab import Lab
from .probes import Attempt, http_attempt, ipvs_attempt, until_answered
from .ready import Awaited

_NEEDED = {BalancerKind.NFTABLES: NFTABLES, BalancerKind.IPVS: IPVS}


def check_kernel(plan: Plan) -> None:
    """Raise Unsupported, with the cure, for what the plan's balancers lack here."""
    kinds = {it.balancer for it in plan.world.datacenters}
    for kind in kinds & set(_NEEDED):
        need_kernel(_NEEDED[kind])


def foreign_promises(lab: Lab) -> Iterator[Awaited]:
    """Return how each foreign balancer is asked: it gives no notice."""
    for host in foreign_balancers(lab.plan):
        if balancer_kind(lab.plan, host.site) is BalancerKind.IPVS:
            attempts = {"seen every backend healthy": _ipvs(lab, host)}
        else:
            attempts = dict(_own_requests(lab, host))
        for what, attempt in attempts.items():
            wait = functools.partial(until_answered, attempt)
            yield Awaited(host.name, what, wait)


def _ipvs(lab: Lab, host: Host) -> Attempt:
    vips = 2 * len(lab.world.services)
    weights = lab.world.datacenter(host.site).backend_weights
    used = sum(weight > 0 for weight in weights)
    return ipvs_attempt(lab.asker(host.name), vips * used)


def _own_requests(lab: Lab, host: Host) -> Iterator[tuple[str, Attempt]]:
    """What it asks itself for goes to a backend, as what others ask it for does."""
    asker = lab.asker(host.name)
    for service in lab.world.services:
        vip = lab.plan.vip(service.name, host.site)
        for address in (vip.address4, vip.address6):
            attempt = http_attempt(asker, address, service.port, "/health")
            yield f"answered itself at {address}", attempt

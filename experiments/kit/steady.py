"""Waiting until a lab is at rest: what has just come up still changes its mind."""

from typing import TYPE_CHECKING

from topo.wait import until
from topo.world.plan import Role

if TYPE_CHECKING:
    from topo.lab.lab import Lab

WITHIN_S = 10.0


def await_backends(lab: "Lab") -> None:
    """Return when every balancer counts each of its backends as healthy.

    A balancer whose first check came before the service was up sends everything to
    the other backends, and moves flows when the late one joins.

    Raises:
        TimeoutError: a balancer does not; says which one.
    """
    for host in lab.plan.hosts:
        if host.role is Role.BALANCER:
            name = host.name
            what = f"every backend healthy in the eyes of {name}"
            until(what, lambda name=name: _all_healthy(lab, name), WITHIN_S)


def _all_healthy(lab: "Lab", balancer: str) -> bool:
    backends = lab.status(balancer)["backends"]
    return all(backend["healthy"] for backend in backends.values())

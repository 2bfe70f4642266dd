"""What each role of a lab must do to count as ready, and how it is asked to."""

import functools
from collections.abc import Awaitable, Callable, Iterable, Iterator

from topo.render.balancers import not_ours
from topo.render.contents import nameserver_name
from topo.render.nameservers import nameserver_kind
from topo.world.plan import Role
from topo.world.records import NameserverKind

from .foreign_balancers import foreign_promises
from .lab import Lab
from .paths import status_path
from .probes import (
    Attempt,
    dns_attempt,
    healthy_attempt,
    http_attempt,
    until_answered,
    until_notified,
)
from .ready import Awaited
from .roles import CONTROLLER, announcer_roles, nearest_client

SERVICE_PORT = 80


def programs(lab: Lab) -> list[Awaited]:
    """Return what every program promises by itself."""
    names = lab.supervisor.roles
    own = (*_notices(lab, names), *_services(lab))
    return [*own, *_foreign_nameservers(lab), *foreign_promises(lab)]


def paths(lab: Lab) -> list[Awaited]:
    """Return what takes several programs together: names, VIPs and pools."""
    return [*_resolvers(lab), *_vips(lab), *_pools(lab)]


def announcements(lab: Lab) -> list[Awaited]:
    """Return what is promised by who announces addresses."""
    return list(_notices(lab, [spec.name for spec in announcer_roles(lab.plan)]))


def _notices(lab: Lab, names: Iterable[str]) -> Iterator[Awaited]:
    for name in names:
        role = lab.supervisor.roles[name]
        if role.notify is not None:
            notice = functools.partial(until_notified, role.notify)
            yield Awaited(role.name, _promise(role.name), notice)


def _services(lab: Lab) -> Iterator[Awaited]:
    for host in lab.plan.hosts:
        if host.role is Role.BACKEND:
            attempt = http_attempt(
                lab.asker(host.name), host.address4, SERVICE_PORT, "/health"
            )
            what = "answered http://.../health"
            yield Awaited(f"{host.name}-web", what, _answered(attempt))


def _foreign_nameservers(lab: Lab) -> Iterator[Awaited]:
    """Others' programs give no notice: they are asked."""
    name = nameserver_name(lab.plan)
    for host in lab.plan.hosts:
        is_theirs = (
            host.role is Role.NAMESERVER
            and nameserver_kind(lab.plan, host.site) is not NameserverKind.OURS
        )
        if is_theirs:
            attempt = dns_attempt(lab.asker(host.name), host.address4, name)
            yield Awaited(host.name, f"answered for {name}", _answered(attempt))


def _promise(name: str) -> str:
    if name == CONTROLLER:
        return "had every switch confirm its routes"
    return "announced that it is ready"


def _resolvers(lab: Lab) -> Iterator[Awaited]:
    service = lab.world.services[0].name
    name = f"{service}.{lab.world.domain}"
    for resolver in lab.world.resolvers:
        host = lab.plan.host(resolver.name)
        attempt = dns_attempt(lab.asker(host.name), host.address4, name)
        what = f"resolved {name} through the root"
        yield Awaited(resolver.name, what, _answered(attempt))


def _vips(lab: Lab) -> Iterator[Awaited]:
    for service in lab.world.services:
        for datacenter in lab.world.datacenters:
            vip = lab.plan.vip(service.name, datacenter.site)
            client = nearest_client(lab.plan, datacenter)
            for address in (vip.address4, vip.address6):
                attempt = http_attempt(
                    lab.asker(client.name), address, service.port, "/health"
                )
                what = f"answered {client.name} at {address}"
                yield Awaited(vip.name, what, _answered(attempt))


def _pools(lab: Lab) -> Iterator[Awaited]:
    """A balancer that checked before the service was up would still move flows."""
    for host in lab.plan.hosts:
        if host.role is Role.BALANCER and not not_ours(lab.plan, host.name):
            attempt = healthy_attempt(status_path(host.name))
            what = "seen every backend healthy"
            yield Awaited(host.name, what, _answered(attempt))


def _answered(attempt: Attempt) -> Callable[[], Awaitable[None]]:
    return functools.partial(until_answered, attempt)

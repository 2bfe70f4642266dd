"""Which programs a world needs, as data: what to run, where, with which files."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from topo.render.announce import announce_config
from topo.render.balancers import balancer_kind, balancer_program, is_tunnelled
from topo.render.dns import dns_config, root_config
from topo.render.fabric import fabric_json
from topo.render.nameservers import nameserver_files, nameserver_kind
from topo.render.nginx import nginx_files
from topo.render.resolvers import resolver_files
from topo.render.vip import backend_config, vip_config
from topo.world.plan import Host, Plan, Role
from topo.world.records import BalancerKind, Datacenter, NameserverKind

from .paths import CONTROL, STATE, control_path, role_folder, status_path, steering_path

CONTROLLER = "controller"
CONTROLLER_ADDRESS = ("127.0.0.1", 6653)  # the sandbox's own loopback


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """A program of the lab.

    Args:
        name: the role's name, unique in the lab.
        host: the host it runs in, or "" for the sandbox's own namespace.
        argv: its arguments.
        files: text by absolute path, written before it starts.
        notify: whether it announces readiness on a descriptor (ours do).
        prepare: commands run in the host to their end before it starts.
    """

    name: str
    host: str
    argv: tuple[str, ...]
    files: dict[Path, str] = field(default_factory=dict)
    notify: bool = False
    prepare: tuple[tuple[str, ...], ...] = ()


def balancer_roles(plan: Plan) -> Iterator[RoleSpec]:
    """Yield nameservers, roots, balancers and backends' agents: ours, or others'."""
    for host in plan.hosts:
        match host.role:
            case Role.NAMESERVER:
                yield nameserver_role(plan, host)
            case Role.ROOT:
                yield _ours(host, "dns", root_config(plan, host.site))
            case Role.BALANCER:
                yield balancer_role(plan, host)
            case Role.BACKEND if is_tunnelled(plan, host.site):
                yield _ours(host, "backend", backend_config(plan, host))


def web_roles(plan: Plan) -> Iterator[RoleSpec]:
    """Yield an nginx for every backend."""
    for host in plan.hosts:
        if host.role is Role.BACKEND:
            name = f"{host.name}-web"
            folder = role_folder(name)
            files, argv = nginx_files(plan, host, str(folder))
            yield RoleSpec(name, host.name, tuple(argv), _in(folder, files))


def resolver_roles(plan: Plan) -> Iterator[RoleSpec]:
    """Yield every recursive resolver of the world."""
    for resolver in plan.world.resolvers:
        folder = role_folder(resolver.name)
        files, argv = resolver_files(resolver, plan, str(folder))
        yield RoleSpec(resolver.name, resolver.name, tuple(argv), _in(folder, files))


def controller_role(plan: Plan, framework: str, python: Path) -> RoleSpec:
    """Return the fabric's controller, run by `python` on `framework`."""
    fabric, (host, port) = STATE / "fabric.json", CONTROLLER_ADDRESS
    argv = (
        *(str(python), "-W", "ignore", "-m", "controller"),
        *("--fabric", str(fabric), "--listen", f"{host}:{port}"),
        *("--framework", framework, "--status", str(status_path(CONTROLLER))),
        *("--control", str(CONTROL)),
    )
    files = {fabric: fabric_json(plan)}
    return RoleSpec(CONTROLLER, "", argv, files, notify=True)


def nameserver_role(plan: Plan, host: Host) -> RoleSpec:
    """Return the zone's server on `host`, ours or the product that the world names."""
    if nameserver_kind(plan, host.site) is NameserverKind.OURS:
        config = dns_config(plan, host.site, str(steering_path(host.name)))
        return _ours(host, "dns", config)
    folder = role_folder(host.name)
    files, argv = nameserver_files(plan, host.site, str(folder))
    return RoleSpec(host.name, host.name, tuple(argv), _in(folder, files))


def balancer_role(plan: Plan, host: Host) -> RoleSpec:
    """Return the balancer on `host`, ours or the product that the world names."""
    if balancer_kind(plan, host.site) is BalancerKind.OURS:
        return _ours(host, "vip", vip_config(plan, host))
    folder = role_folder(host.name)
    it = balancer_program(plan, host, str(folder))
    files = _in(folder, it.files)
    return RoleSpec(host.name, host.name, it.argv, files, prepare=it.prepare)


def announcer_roles(plan: Plan) -> Iterator[RoleSpec]:
    """Yield an agent beside every nameserver, which tells the controller how it is."""
    for name in plan.nameserver.members:
        host = plan.host(name)
        config = announce_config(plan, name, str(CONTROL))
        yield _ours(host, "announce", config, f"{name}-announce")


def _ours(host: Host, command: str, config: str, name: str = "") -> RoleSpec:
    name = name or host.name
    path = role_folder(name) / f"{command}.toml"
    argv = (
        *(sys.executable, "-m", "balancer", command, "--config", str(path)),
        *("--status", str(status_path(name))),
        *(("--control", str(control_path(name))) if command == "vip" else ()),
    )
    return RoleSpec(name, host.name, argv, {path: config}, notify=True)


def _in(folder: Path, files: dict[str, str]) -> dict[Path, str]:
    return {folder / name: text for name, text in files.items()}


def nearest_client(plan: Plan, datacenter: Datacenter) -> Host:
    """Return a client of the datacenter's site, or the first client of the world."""
    clients = [host for host in plan.hosts if host.role is Role.CLIENT]
    return next((c for c in clients if c.site == datacenter.site), clients[0])

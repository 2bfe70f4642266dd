"""A small site in a sandbox: client, router, balancer and backends, each a namespace.

The router has a link to the client, one to the balancer, and a bridge with the
backends, which serve by nginx. Packets to the VIP go to the balancer, which has one
interface. Links are veth: packets of up to 64 kB cross whole, unless an XDP program
stands where they arrive.
"""

import json
import resource
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path
from socket import create_connection

from balancer.model import Tracking
from topo.netlink import (
    End,
    Namespace,
    Netlink,
    bridge,
    create_netns,
    put_address,
    put_route,
    set_master,
    up,
    veth,
)
from topo.netlink.namespace import FOLDER
from topo.run import run
from topo.wait import until

from ..programs import cpu_s_of, need
from . import balanced

COUNT = 3
CLIENT, ROUTER, BALANCER = "client", "router", "balancer"
BACKENDS = tuple(backend.name for backend in balanced.pool(COUNT).backends)
ADDRESSES = balanced.addresses(COUNT)
VIP, PORT = balanced.vip(Tracking.ESTABLISHED), balanced.PORT
DEVICE, LAN = "eth0", "lan"
ANSWER_OCTETS = 100_000
EVERYWHERE = IPv4Network("0.0.0.0/0")
_ROUTER_AT = {
    CLIENT: IPv4Address("11.1.16.1"),
    BALANCER: IPv4Address("11.1.8.1"),
    LAN: IPv4Address("11.1.1.254"),
}
_CLIENT_AND_BALANCER = {CLIENT: balanced.CLIENT, BALANCER: balanced.SOURCE}
_ANY_MAC = "", ""
# Of the balancer's interface, and of the router's that it is connected to.
_MACS = {BALANCER: (balanced.MAC.hex(":"), balanced.GATEWAY_MAC.hex(":"))}
_NGINX = """
daemon off;
master_process off;
pid {folder}/pid;
events {{ }}
http {{
  access_log off;
  sendfile on;
  keepalive_requests 1000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen {port};
    root {folder};
    location = / {{ return 200 "here"; }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Site:
    """The namespaces, by name, and the process of each backend's server."""

    hosts: dict[str, Namespace]
    servers: dict[str, int] = field(default_factory=dict)

    def run(self, host: str, *command: str) -> str:
        """Run a command in a namespace to its end; return its standard output."""
        return run([*_into(host), *command])

    def cpu_s(self) -> float:
        """Return the CPU time of all servers, and of all commands that have ended."""
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        servers_s = sum(map(cpu_s_of, self.servers.values()))
        return ended.ru_utime + ended.ru_stime + servers_s

    def octets_at_balancer(self) -> int:
        """Return how many octets have passed the balancer's interface, both ways."""
        [link] = json.loads(
            self.run(ROUTER, "ip", "-s", "-j", "link", "show", BALANCER)
        )
        counted = link["stats64"]
        return int(counted["rx"]["bytes"] + counted["tx"]["bytes"])


@contextmanager
def running_site(folder: Path) -> Iterator[Site]:
    """Bring it up inside a sandbox, with nginx at `/` and, of 100 kB, `/large`.

    Raises:
        Unsupported: nginx is not installed.
    """
    need("nginx")
    hosts = {name: create_netns(name) for name in (CLIENT, ROUTER, BALANCER, *BACKENDS)}
    site = Site(hosts)
    with ExitStack() as running:
        for namespace in hosts.values():
            running.callback(namespace.close)
        _wire(site)
        for name, address in zip(BACKENDS, ADDRESSES, strict=True):
            server = running.enter_context(_serving(folder / name, name))
            site.servers[name] = server
            until(f"{name} serves", partial(_serves, site, address))
        yield site


def _wire(site: Site) -> None:
    router = site.hosts[ROUTER].netlink
    router.send([bridge(LAN), up(LAN)])
    for name, address in _CLIENT_AND_BALANCER.items():
        _connect(site, name, address, _ROUTER_AT[name])
        _put_address(router, name, _ROUTER_AT[name])
    for name, address in zip(BACKENDS, ADDRESSES, strict=True):
        _connect(site, name, address, _ROUTER_AT[LAN])
        router.send([set_master(name, router.index(LAN))])
    _put_address(router, LAN, _ROUTER_AT[LAN])
    site.run(ROUTER, "sysctl", "-qw", "net.ipv4.ip_forward=1")
    to_balancer = router.index(BALANCER)
    router.send([put_route(to_balancer, IPv4Network(VIP), balanced.SOURCE)])


def _connect(site: Site, name: str, address: IPv4Address, gateway: IPv4Address) -> None:
    host, router = site.hosts[name], site.hosts[ROUTER]
    mac, router_mac = _MACS.get(name, _ANY_MAC)
    ends = End(DEVICE, mac=mac), End(name, router.descriptor, router_mac)
    host.netlink.send([veth(*ends), up(DEVICE)])
    router.netlink.send([up(name)])
    _put_address(host.netlink, DEVICE, address)
    index = host.netlink.index(DEVICE)
    host.netlink.send([put_route(index, EVERYWHERE, gateway)])


def _put_address(netlink: Netlink, link: str, address: IPv4Address) -> None:
    interface = IPv4Interface(f"{address}/24")
    netlink.send([put_address(netlink.index(link), interface)])


@contextmanager
def _serving(folder: Path, host: str) -> Iterator[int]:
    folder.mkdir()
    (folder / "large").write_bytes(bytes(ANSWER_OCTETS))
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, port=PORT))
    argv = [*_into(host), "nginx", "-p", str(folder), "-c", str(config), "-e", "stderr"]
    with subprocess.Popen(argv) as server:
        try:
            yield server.pid
        finally:
            server.kill()


def _serves(site: Site, address: IPv4Address) -> bool:
    with site.hosts[ROUTER].inside(), suppress(OSError):
        create_connection((str(address), PORT), timeout=1.0).close()
        return True
    return False


def _into(host: str) -> list[str]:
    return ["nsenter", f"--net={FOLDER / host}"]

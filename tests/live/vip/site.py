"""A small site of its own: client, router, balancer and two backends, in namespaces."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from balancer.status import read_status
from topo.run import run
from topo.wait import until

from .site_text import BACKEND_TOML, SERVER, VIP_TOML

CLIENT, BALANCER, BACKENDS = "11.1.16.10", "11.1.8.10", ("11.1.1.10", "11.1.1.11")
BALANCER6 = "2a11:0:1:800::10"
NEAR, NEAR6 = "11.1.1.8", "2a11:0:1:100::8"  # a balancer in the backends' network
GATEWAY_MAC = "02:00:01:00:00:01"  # that the balancer is told of
VIP4, VIP6 = "23.0.1.80", "2a23:0:1::80"
NAMES = ("be1", "be2")
ASKED = 40
ENDS_WITHIN_S = 30


@dataclass(frozen=True, slots=True)
class Site:
    """The running site; hosts are "cl", "rt", "lb", "be1" and "be2"."""

    prefix: str
    folder: Path
    servers: dict[str, subprocess.Popen[bytes]]
    programs: dict[str, subprocess.Popen[bytes]]

    def argv(self, host: str, *command: str) -> list[str]:
        return ["ip", "netns", "exec", f"{self.prefix}-{host}", *command]

    def run(self, host: str, *command: str) -> str:
        return run(self.argv(host, *command))

    def ip(self, host: str, *arguments: str) -> str:
        return run(["ip", "-n", f"{self.prefix}-{host}", *arguments])

    def get(self, vip: str, path: str = "/") -> str:
        return self.run("cl", "curl", "-sS", "-m", "20", _url(vip, path))

    def answerers(self, vip: str) -> set[str]:
        """Return who answers; ask until all backends have, or one hardly ever will.

        Of two that answer equally often, one keeps out of it once in 10^12 times.
        """
        answers: set[str] = set()
        asked = 0
        while answers != set(NAMES) and asked < ASKED:
            answers.add(self.get(vip))
            asked += 1
        return answers

    def put(self, vip: str, file: Path) -> str:
        options = ("-sS", "-m", "20", "-H", "Expect:", "-T", str(file))
        wanted = ("-o", "/dev/null", "-w", "%{http_code}")
        return self.run("cl", "curl", *options, *wanted, _url(vip, "/up"))

    def status(self, program: str) -> dict[str, dict[str, int]]:
        return read_status(self.folder / f"{program}.status", timeout_s=20)

    def all_healthy(self) -> bool:
        return all(self.healthy(name) for name in NAMES)

    def healthy(self, name: str) -> bool:
        return bool(self.status("lb")["backends"][name]["healthy"])

    def octets_sent(self) -> int:
        """Return how many octets have come from the balancer."""
        (link,) = json.loads(self.ip("rt", "-s", "-j", "link", "show", "lb"))
        return int(link["stats64"]["rx"]["bytes"])

    def config(self) -> str:
        """Return the text of the balancer's file."""
        return Path(self._file("lb", "toml")).read_text()

    def configure(self, text: str) -> None:
        """Write the balancer's file, which it reads when it is told to."""
        Path(self._file("lb", "toml")).write_text(text)

    def order(self, *words: str) -> Any:
        control = ("--control", str(self.folder / "lb.control"))
        argv = [sys.executable, "-m", "balancer", "vip", "ctl", *control, *words]
        return json.loads(run(argv))

    def start(self, program: str, host: str) -> None:
        """Start one of ours in `host`, and wait until it is ready."""
        reading, writing = os.pipe()
        files = {"config": "toml", "status": "status"}
        if program == "vip":
            files["control"] = "control"
        options = [
            w for n, end in files.items() for w in (f"--{n}", self._file(host, end))
        ]
        command = (sys.executable, "-m", "balancer", program, *options)
        argv = self.argv(host, *command, "--notify-fd", str(writing))
        self.programs[host] = subprocess.Popen(argv, pass_fds=[writing])
        os.close(writing)
        with os.fdopen(reading) as notified:
            assert notified.readline() == "\n", f"{program} at {host} ended unready"

    def end(self, host: str, number: int = signal.SIGTERM) -> int:
        """End the program in `host` by a signal; return its status."""
        process = self.programs.pop(host)
        process.send_signal(number)
        return process.wait(ENDS_WITHIN_S)

    def _file(self, host: str, end: str) -> str:
        return str(self.folder / f"{host}.{end}")

    def start_server(self, name: str) -> None:
        argv = self.argv(name, sys.executable, "-c", SERVER, name)
        self.servers[name] = subprocess.Popen(argv)

    def stop_server(self, name: str) -> None:
        server = self.servers.pop(name)
        server.kill()
        server.wait()


def _url(vip: str, path: str) -> str:
    return f"http://[{vip}]{path}" if ":" in vip else f"http://{vip}{path}"


@contextmanager
def running_site(
    folder: Path, mode: str, text: str = VIP_TOML, *, near: bool = False
) -> Iterator[Site]:
    """Bring the site up with the balancer attached in `mode`.

    It stands behind the router, or with `near` beside the backends.
    """
    site = Site(f"vip{os.getpid()}", folder, {}, {})
    with ExitStack() as running:
        for host in ("cl", "rt", "lb", *NAMES):
            run(["ip", "netns", "add", f"{site.prefix}-{host}"])
            running.callback(run, ["ip", "netns", "del", f"{site.prefix}-{host}"])
            # Else IPv6 loses packets for as long as a router's own address is in doubt.
            site.run(host, "sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0")
        _wire(site, near=near)
        for name in NAMES:
            rules = BACKEND_TOML.format(name=name)
            running.enter_context(_program(site, "backend", name, rules))
            site.start_server(name)
            running.callback(_stop_if_running, site, name)
        for name in NAMES:
            until(f"{name} serves", lambda name=name: _serves(site, name))
        if mode == "native":
            pass_at_router(site, "lb")
        told = text.format(balancer=NEAR if near else BALANCER, mode=mode)
        running.enter_context(_program(site, "vip", "lb", told))
        until("all backends are up", lambda: _all_up(site))
        yield site


def _wire(site: Site, *, near: bool) -> None:
    _cable(site, "cl", "11.1.16", "2a11:0:1:1000:", "rt")
    if near:
        site.ip("rt", "link", "add", "lan", "address", GATEWAY_MAC, "type", "bridge")
        _veth(site, "lb")
        site.ip("rt", "link", "set", "lb", "master", "lan")
        _address(site, "lb", f"{NEAR}/24", f"{NEAR6}/64")
        _default(site, "lb", "11.1.1.1", "2a11:0:1:100::1")
    else:
        site.ip("rt", "link", "add", "lan", "type", "bridge")
        _cable(site, "lb", "11.1.8", "2a11:0:1:800:", "rt")
        site.ip("rt", "link", "set", "lb", "address", GATEWAY_MAC)
    for number, name in enumerate(NAMES):
        _veth(site, name)
        site.ip("rt", "link", "set", name, "master", "lan")
        _address(site, name, f"{BACKENDS[number]}/24", f"2a11:0:1:100::1{number}/64")
        _default(site, name, "11.1.1.1", "2a11:0:1:100::1")
    _router_address(site, "lan", "11.1.1.1/24", "2a11:0:1:100::1/64")
    for setting in ("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"):
        site.run("rt", "sysctl", "-qw", setting)
    site.ip("rt", "route", "add", VIP4, "via", NEAR if near else BALANCER)
    site.ip("rt", "-6", "route", "add", VIP6, "via", NEAR6 if near else BALANCER6)


def _cable(site: Site, host: str, net4: str, net6: str, router: str) -> None:
    _veth(site, host)
    _address(site, host, f"{net4}.10/24", f"{net6}:10/64")
    _router_address(site, host, f"{net4}.1/24", f"{net6}:1/64")
    _default(site, host, f"{net4}.1", f"{net6}:1")


def _veth(site: Site, host: str) -> None:
    far = ("peer", "name", host, "netns", f"{site.prefix}-rt")
    site.ip(host, "link", "add", "eth0", "type", "veth", *far)
    for where, name in (("rt", host), (host, "eth0")):
        site.run(where, "ethtool", "-K", name, "tx", "off", "gro", "off")
        site.ip(where, "link", "set", name, "up")


def _address(site: Site, host: str, address4: str, address6: str) -> None:
    site.ip(host, "link", "set", "lo", "up")
    site.ip(host, "addr", "add", address4, "dev", "eth0")
    site.ip(host, "addr", "add", address6, "dev", "eth0", "nodad")


def _router_address(site: Site, name: str, address4: str, address6: str) -> None:
    site.ip("rt", "link", "set", name, "up")
    site.ip("rt", "addr", "add", address4, "dev", name)
    site.ip("rt", "addr", "add", address6, "dev", name, "nodad")


def _default(site: Site, host: str, gateway4: str, gateway6: str) -> None:
    site.ip(host, "route", "add", "default", "via", gateway4)
    site.ip(host, "-6", "route", "add", "default", "via", gateway6)


def pass_at_router(site: Site, *ports: str) -> None:
    """Have the router take what XDP programs at these hosts send back."""
    attach = "import sys; from balancer.kernel.xdp import attach_pass"
    command = f"{attach}; [attach_pass(port) for port in sys.argv[1:]]"
    site.run("rt", sys.executable, "-c", command, *ports)


def _serves(site: Site, name: str) -> bool:
    address = BACKENDS[NAMES.index(name)]
    argv = site.argv("rt", "curl", "-s", "-m", "1", f"http://{address}/health")
    return subprocess.run(argv, capture_output=True).stdout == name.encode()


def _all_up(site: Site) -> bool:
    backends = site.status("lb")["backends"]
    return all(backends[name]["healthy"] for name in NAMES)


def _stop_if_running(site: Site, name: str) -> None:
    if name in site.servers:
        site.stop_server(name)


@contextmanager
def _program(site: Site, program: str, host: str, text: str) -> Iterator[None]:
    """Run one of ours in `host`, from its readiness to its clean end."""
    (site.folder / f"{host}.toml").write_text(text)
    site.start(program, host)
    try:
        yield
    finally:
        if host in site.programs:
            assert site.end(host) == 0

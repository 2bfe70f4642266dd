"""Three hosts on a bridge, for suites in the guest: client, balancer and backend."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from balancer.kernel.xdp import attach_pass
from topo.run import run
from topo.wait import until

BRIDGE = "lan"
# Host: IPv4, IPv6, MAC. Without a router: the balancer's next hop is the backend.
HOSTS = {
    "client": ("11.1.1.10", "2a11:0:1::10", "02:00:01:00:00:10"),
    "balancer": ("11.1.1.20", "2a11:0:1::20", "02:00:01:00:00:20"),
    "backend": ("11.1.1.30", "2a11:0:1::30", "02:00:01:00:00:30"),
}
READY_WITHIN_S = 60.0  # This kernel starts a Python program in several seconds.


def connect(vips: list[str]) -> None:
    """Make the hosts; the client takes the balancer for the VIPs' router."""
    run(["ip", "link", "add", BRIDGE, "type", "bridge"])
    run(["ip", "link", "set", BRIDGE, "up"])
    for host, (address4, address6, mac) in HOSTS.items():
        run(["ip", "netns", "add", host])
        eth0 = ["name", "eth0", "address", mac, "netns", host]
        run(["ip", "link", "add", f"{host}-h", "type", "veth", "peer", *eth0])
        run(["ip", "link", "set", f"{host}-h", "master", BRIDGE, "up"])
        run(["ip", "-n", host, "link", "set", "lo", "up"])
        run(["ip", "-n", host, "link", "set", "eth0", "up"])
        run(["ip", "-n", host, "addr", "add", f"{address4}/24", "dev", "eth0"])
        put6 = ["addr", "add", f"{address6}/64", "dev", "eth0", "nodad"]
        run(["ip", "-n", host, *put6])
        run(["ip", "netns", "exec", host, "ethtool", "-K", "eth0", "tx", "off"])
    for vip in vips:
        version, place = ("-6", 1) if ":" in vip else ("-4", 0)
        via = HOSTS["balancer"][place]
        run(["ip", "-n", "client", version, "route", "add", vip, "via", via])
    attach_pass("balancer-h")


@contextmanager
def running(host: str, *words: str) -> Iterator[None]:
    argv = ["ip", "netns", "exec", host, sys.executable, *words]
    with subprocess.Popen(argv) as program:
        try:
            yield
        finally:
            program.terminate()


@contextmanager
def agent(host: str, name: str, text: str, folder: Path) -> Iterator[Path]:
    """Run a program of ours at `host`; yields its status socket, once it answers."""
    config, status = folder / f"{name}.toml", folder / f"{name}.status"
    config.write_text(text)
    words = ["-m", "balancer", name, "--config", str(config), "--status", str(status)]
    with running(host, *words):
        until(f"{name} is there", status.is_socket, READY_WITHIN_S)
        yield status


@contextmanager
def web_server(host: str, folder: Path) -> Iterator[None]:
    """Serve "hello" at `host`; the client can reach it when this begins."""
    (folder / "index.html").write_text("hello\n")
    serve = ["-m", "http.server", "80", "--bind", "::", "--directory", str(folder)]
    get = ["curl", "-s", "-m", "5", f"http://{HOSTS[host][0]}/"]
    argv = ["ip", "netns", "exec", "client", *get]

    def answers() -> bool:
        return subprocess.run(argv, capture_output=True).returncode == 0

    with running(host, *serve):
        until(" ".join(get), answers, READY_WITHIN_S)
        yield

"""A gre device of the kernel takes off what our balancer puts on."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from balancer.status import read_status
from balancer.vip.xdp import attach_pass
from topo.run import run
from topo.wait import until

BRIDGE = "lan"
VIP = {4: "23.0.1.80", 6: "2a23:0:1::80"}
# Host: IPv4, IPv6, MAC. Without a router: the balancer's next hop is the backend.
HOSTS = {
    "client": ("11.1.1.10", "2a11:0:1::10", "02:00:01:00:00:10"),
    "balancer": ("11.1.1.20", "2a11:0:1::20", "02:00:01:00:00:20"),
    "backend": ("11.1.1.30", "2a11:0:1::30", "02:00:01:00:00:30"),
}
VIP_TOML = f"""
[balancer]
name = "lb1"
interface = "eth0"
source = "{HOSTS["balancer"][0]}"
gateway_mac = "{HOSTS["backend"][2]}"
[[pool]]
name = "web"
health = {{ kind = "tcp", port = 80, interval = "500 ms", timeout = "400 ms" }}
backend = [{{ name = "be1", address = "{HOSTS["backend"][0]}" }}]
[[vip]]
name = "www"
address = "{VIP[4]}"
port = 80
pool = "web"
[[vip]]
name = "www"
address = "{VIP[6]}"
port = 80
pool = "web"
"""
BACKEND_TOML = f"""
[backend]
name = "be1"
interface = "eth0"
decapsulation = "auto"
encapsulations = ["gre"]
balancers = ["{HOSTS["balancer"][0]}"]
vips = ["{VIP[4]}", "{VIP[6]}"]
"""
READY_WITHIN_S = 60.0  # This kernel starts a Python program in several seconds.


@pytest.fixture(scope="module")
def network() -> None:
    """Three hosts on a bridge; the client takes the balancer for the VIP's router."""
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
    for version, address in VIP.items():
        via = HOSTS["balancer"][0 if version == 4 else 1]
        run(["ip", "-n", "client", f"-{version}", "route", "add", address, "via", via])
    attach_pass("balancer-h")


@contextmanager
def _running(host: str, *words: str) -> Iterator[None]:
    argv = ["ip", "netns", "exec", host, sys.executable, *words]
    with subprocess.Popen(argv) as program:
        try:
            yield
        finally:
            program.terminate()


@contextmanager
def _agent(host: str, name: str, text: str, folder: Path) -> Iterator[Path]:
    """Run a program of ours at `host`; yields its status socket, once it answers."""
    config, status = folder / f"{name}.toml", folder / f"{name}.status"
    config.write_text(text)
    words = ["-m", "balancer", name, "--config", str(config), "--status", str(status)]
    with _running(host, *words):
        until(f"{name} is there", status.is_socket, READY_WITHIN_S)
        yield status


@pytest.fixture(scope="module")
def agents(network, tmp_path_factory) -> Iterator[dict[str, Path]]:
    """The status sockets of balancer and backend, with a web server behind them."""
    folder = tmp_path_factory.mktemp("agents")
    (folder / "index.html").write_text("hello\n")
    with ExitStack() as running:
        serve = ["-m", "http.server", "80", "--bind", "::", "--directory", str(folder)]
        running.enter_context(_running("backend", *serve))
        get = ["curl", "-s", "-m", "5", f"http://{HOSTS['backend'][0]}/"]
        _until_answered(["ip", "netns", "exec", "client", *get])
        backend = _agent("backend", "backend", BACKEND_TOML, folder)
        balancer = _agent("balancer", "vip", VIP_TOML, folder)
        yield {
            "backend": running.enter_context(backend),
            "balancer": running.enter_context(balancer),
        }


def _until_answered(argv: list[str]) -> None:
    def answers() -> bool:
        return subprocess.run(argv, capture_output=True).returncode == 0

    until(" ".join(argv[4:]), answers, READY_WITHIN_S)


def _decapsulated(agents: dict[str, Path]) -> int:
    counters = read_status(agents["backend"])["counters"]
    return int(counters["DECAPSULATED"])


def test_the_device_is_chosen(agents):
    assert read_status(agents["backend"])["mode"] == "device"


@pytest.mark.parametrize("url", ["http://23.0.1.80/", "http://[2a23:0:1::80]/"])
def test_the_vip_answers_through_it(agents, url):
    before = _decapsulated(agents)
    get = ["curl", "-sg", "--max-time", "5", "--write-out", "%{http_code}", url]
    assert run(["ip", "netns", "exec", "client", *get]) == "hello\n200"
    # SYN, ACK, request, and at least one ACK or FIN.
    assert _decapsulated(agents) >= before + 4

"""The kernel's own tunnel devices understand what our balancer writes in each mode."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from kernel.guest.three_hosts import HOSTS, agent, connect, web_server

from topo.run import run

BALANCER4, BALANCER6, _ = HOSTS["balancer"]
BACKEND4, BACKEND6, BACKEND_MAC = HOSTS["backend"]
MODES = {"gre": 80, "gre6": 81, "ipip": 82, "gue": 83}
VIPS = {
    (mode, version): f"23.0.1.{number}" if version == 4 else f"2a23:0:1::{number}"
    for mode, number in MODES.items()
    for version in (4, 6)
}
VIP_TOML = f"""
[balancer]
name = "lb1"
interface = "eth0"
source = "{BALANCER4}"
source6 = "{BALANCER6}"
gateway_mac = "{BACKEND_MAC}"
[[pool]]
name = "web"
health = {{ kind = "tcp", port = 80, interval = "2 s", timeout = "2 s" }}
backend = [{{ name = "be1", address = "{BACKEND4}", address6 = "{BACKEND6}" }}]
"""
ONE_VIP = """
[[vip]]
name = "www-{mode}"
address = "{address}"
port = 80
pool = "web"
forwarding = "{mode}"
"""
# By device, that takes off what; fou hands on to ipip and sit what it has taken out.
DEVICES = {
    "gre4": ["gre", "local", "any", "remote", BALANCER4],
    "gre6": ["ip6gre", "local", BACKEND6, "remote", BALANCER6],
    "ipip4": ["ipip", "local", "any", "remote", BALANCER4],
    "sit4": ["sit", "local", "any", "remote", BALANCER4],
}
FOU = ["ip", "-n", "backend", "fou", "add", "port", "9886", "gue"]


def at_backend(*words: str) -> str:
    return run(["ip", "netns", "exec", "backend", *words])


@pytest.fixture(scope="module")
def network() -> None:
    """Hosts, and devices at the backend in place of our agent."""
    for module in ("ip_gre", "ip6_gre", "ipip", "sit", "fou"):
        run(["modprobe", module])
    connect(list(VIPS.values()))
    run(FOU)
    for name, what in DEVICES.items():
        at_backend("ip", "link", "add", name, "type", *what)
        at_backend("ip", "link", "set", name, "up")
        at_backend("sysctl", "-qw", f"net.ipv4.conf.{name}.rp_filter=0")
        at_backend("sysctl", "-qw", f"net.ipv6.conf.{name}.disable_ipv6=0")
    at_backend("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0")
    for (_, version), vip in VIPS.items():
        length, tail = ("32", []) if version == 4 else ("128", ["nodad"])
        at_backend("ip", "addr", "add", f"{vip}/{length}", "dev", "lo", *tail)


@pytest.fixture(scope="module")
def balancer(network: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("agents")
    vips = (ONE_VIP.format(mode=m, address=vip) for (m, _), vip in VIPS.items())
    with ExitStack() as running:
        running.enter_context(web_server("backend", folder))
        text = VIP_TOML + "".join(vips)
        yield running.enter_context(agent("balancer", "vip", text, folder))


@pytest.mark.parametrize(("mode", "version"), VIPS)
def test_a_device_takes_it_off(balancer: Path, mode: str, version: int) -> None:
    vip = VIPS[mode, version]
    url = f"http://{vip}/" if version == 4 else f"http://[{vip}]/"
    get = ["curl", "-sg", "--max-time", "30", "--write-out", "%{http_code}", url]
    assert run(["ip", "netns", "exec", "client", *get]) == "hello\n200"

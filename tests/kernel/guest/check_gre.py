"""A gre device of the kernel takes off what our balancer puts on."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from kernel.guest.three_hosts import HOSTS, agent, connect, web_server

from balancer.status import read_status
from topo.run import run

VIP = {4: "23.0.1.80", 6: "2a23:0:1::80"}
VIP_TOML = f"""
[balancer]
name = "lb1"
interface = "eth0"
source = "{HOSTS["balancer"][0]}"
gateway_mac = "{HOSTS["backend"][2]}"
[[pool]]
name = "web"
health = {{ kind = "tcp", port = 80, interval = "2 s", timeout = "2 s" }}
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


@pytest.fixture(scope="module")
def network() -> None:
    connect(list(VIP.values()))


@pytest.fixture(scope="module")
def agents(network, tmp_path_factory) -> Iterator[dict[str, Path]]:
    """The status sockets of balancer and backend, with a web server behind them."""
    folder = tmp_path_factory.mktemp("agents")
    with ExitStack() as running:
        running.enter_context(web_server("backend", folder))
        backend = agent("backend", "backend", BACKEND_TOML, folder)
        balancer = agent("balancer", "vip", VIP_TOML, folder)
        yield {
            "backend": running.enter_context(backend),
            "balancer": running.enter_context(balancer),
        }


def _decapsulated(agents: dict[str, Path]) -> int:
    counters = read_status(agents["backend"])["counters"]
    return int(counters["DECAPSULATED"])


def test_the_device_is_chosen(agents):
    assert read_status(agents["backend"])["mode"] == "device"


@pytest.mark.parametrize("url", ["http://23.0.1.80/", "http://[2a23:0:1::80]/"])
def test_the_vip_answers_through_it(agents, url):
    before = _decapsulated(agents)
    get = ["curl", "-sg", "--max-time", "30", "--write-out", "%{http_code}", url]
    assert run(["ip", "netns", "exec", "client", *get]) == "hello\n200"
    # SYN, ACK, request, and at least one ACK or FIN.
    assert _decapsulated(agents) >= before + 4

"""Backends that cannot be reached by a hardware address, each told by name."""

from ipaddress import IPv4Interface

import pytest

from balancer.config import parse_config
from balancer.vip.link.reach import find_strangers
from balancer.vip.settings.config import VipConfig

CONFIG = """
[balancer]
name = "lb"
interface = "eth0"
source = "11.1.1.8"
gateway_mac = "02:00:01:00:00:01"
[[pool]]
name = "www"
health = { port = 80, interval = "1 s", timeout = "1 s" }
backend = [
  { name = "a", address = "11.1.1.10" },
  { name = "b", address = "11.1.2.11", mac = "02:00:01:01:00:11" },
]
[[vip]]
name = "front"
address = "23.0.1.80"
port = 80
pool = "www"
forwarding = "MODE"
"""
NEAR, FAR, OWN = (
    IPv4Interface(text) for text in ("11.1.1.8/24", "11.1.2.1/25", "11.1.1.10/24")
)


def strangers(mode: str, *addresses: IPv4Interface) -> list[tuple[str, str]]:
    config = parse_config(CONFIG.replace("MODE", mode), "vip.toml", VipConfig)
    return [(each.path, each.what) for each in find_strangers(config, addresses)]


@pytest.mark.parametrize(
    ("addresses", "path", "what"),
    [
        pytest.param(
            [NEAR],
            "pool[0].backend[1].address",
            "11.1.2.11 of 'b' is in no network of eth0 (11.1.1.0/24)",
            id="another network",
        ),
        pytest.param(
            [OWN, FAR],
            "pool[0].backend[0].address",
            "11.1.1.10 of 'a' is the balancer's own",
            id="itself",
        ),
    ],
)
def test_a_stranger_is_told(
    addresses: list[IPv4Interface], path: str, what: str
) -> None:
    expected = (path, f"{what}, and VIP 'front' forwards to it by l2")
    assert strangers("l2", *addresses) == [expected]


def test_an_interface_without_addresses_reaches_nobody() -> None:
    told = [what for _, what in strangers("l2")]
    assert len(told) == 2
    assert all("(it has none)" in what for what in told)


def test_all_are_in_reach_of_all_networks_or_by_a_tunnel() -> None:
    assert strangers("l2", NEAR, FAR) == []
    assert strangers("gre", NEAR) == []

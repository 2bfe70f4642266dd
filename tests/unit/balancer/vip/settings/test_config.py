"""vip.toml: what is read."""

from pathlib import Path

import pytest

from balancer.errors import ConfigError
from balancer.model import Affinity, Forwarding, Handling, TooBig, Tracking
from balancer.vip.checks.targets import targets_of

from .vip_file import RIGHT, read, with_ipv6


def test_how_packets_are_handled(tmp_path: Path) -> None:
    how = 'tracking = "changed"\ntoo_big = "split"\nmtu = 1400\nclamp_mss = 1336\n'
    config = read(tmp_path, RIGHT + how)
    plain, special = (vip.vip().handling for vip in config.vip)
    assert plain == Handling()
    assert special == Handling(Tracking.CHANGED, TooBig.SPLIT, 1400, 1336)


@pytest.mark.parametrize("mode", ["gre", "gre6", "ipip", "gue"])
def test_how_packets_are_forwarded(tmp_path: Path, mode: str) -> None:
    config = read(tmp_path, with_ipv6(RIGHT) + f'forwarding = "{mode}"\n')
    wanted = Forwarding[mode.upper()]
    assert config.vip[1].vip().handling.forwarding is wanted
    assert config.options(1500, bytes(6)).forwardings == {Forwarding.GRE, wanted}


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_a_second_chance_is_of_tcp(tmp_path: Path, protocol: str) -> None:
    text = RIGHT + f'second_chance = true\nprotocol = "{protocol}"\n'
    if protocol == "tcp":
        handling = read(tmp_path, text).vip[1].vip().handling
        assert handling.forwarding is Forwarding.GRE_KEY
        return
    with pytest.raises(ConfigError, match=r"vip\[1\].second_chance: .*only for TCP"):
        read(tmp_path, text)


def test_a_second_chance_splits_and_is_checked_as_gre_is(tmp_path: Path) -> None:
    text = RIGHT.replace("[pool.health]", '[pool.health]\nthrough = "tunnel"')
    config = read(tmp_path, text + 'second_chance = true\ntoo_big = "split"\n')
    assert config.vip[1].vip().handling.too_big is TooBig.SPLIT
    assert config.unfollowed_vip(config.pool[0]) is None


def test_addresses_that_forwarding_needs(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, RIGHT + 'forwarding = "gre6"\n')
    told = str(caught.value).splitlines()
    places = ("balancer.source6", "pool[0].backend[0].address6", "backend[1].address6")
    assert len(told) == 3
    for line, place in zip(told, places, strict=True):
        assert f"{place}: missing, and VIP 'www' needs it: gre6" in line


@pytest.mark.parametrize(
    ("mode", "least"), [("gre", 1304), ("gre6", 1324), ("ipip", 1300), ("gue", 1308)]
)
def test_the_least_mtu_is_the_modes(tmp_path: Path, mode: str, least: int) -> None:
    text = with_ipv6(RIGHT) + f'forwarding = "{mode}"\n'
    assert read(tmp_path, text + f"mtu = {least}\n").vip[1].mtu == least
    with pytest.raises(ConfigError, match=rf"vip\[1\].mtu: .* {least}.* {mode} needs"):
        read(tmp_path, text + f"mtu = {least - 1}\n")


def test_a_vip_of_all_ports_by_clients(tmp_path: Path) -> None:
    ports = 'port = "all"\naffinity = "client"\npool'
    vip = read(tmp_path, RIGHT.replace("port = 80\npool", ports, 1)).vip[0].vip()
    assert (vip.port, vip.port_text) == (0, "all")
    assert vip.handling.affinity is Affinity.CLIENT


def test_a_right_file(tmp_path: Path) -> None:
    config = read(tmp_path, RIGHT)
    assert config.pool[0].health.interval == 0.5
    assert [backend.weight for backend in config.pool[0].pool().backends] == [1, 2]
    assert [vip.vip().address.version for vip in config.vip] == [4, 6]
    assert config.balancer.xdp == "auto"


def test_checks_through_the_tunnel_are_of_every_vip(tmp_path: Path) -> None:
    text = RIGHT.replace("[pool.health]", '[pool.health]\nthrough = "auto"')
    config = read(tmp_path, text)
    assert config.aspects(config.pool[0]) == ("23.0.1.80", "2a23:0:1::80")
    direct = config.through("direct")
    assert direct.aspects(direct.pool[0]) == ("",)
    marked = [
        ("fra-be1", "23.0.1.80", 1),
        ("fra-be1", "2a23:0:1::80", 2),
        ("fra-be2", "23.0.1.80", 3),
        ("fra-be2", "2a23:0:1::80", 4),
    ]
    marks = {("www-fra", name, address): mark for name, address, mark in marked}
    targets = targets_of(config, marks)
    assert [(t.backend, t.address, t.mark) for t in targets] == marked


def test_checks_by_a_hardware_address_wait_until_it_is_known(tmp_path: Path) -> None:
    text = RIGHT.replace("[pool.health]", '[pool.health]\nthrough = "auto"')
    config = read(tmp_path, text + 'forwarding = "l2"\n')
    assert config.unfollowed() == config
    assert config.aspects(config.pool[0]) == ("23.0.1.80", "2a23:0:1::80", "")
    marks = {("www-fra", "fra-be2", "2a23:0:1::80"): 1}
    told = [(t.backend, t.address, t.mark) for t in targets_of(config, marks)]
    own = [("fra-be1", "11.1.1.10", 0), ("fra-be2", "11.1.1.11", 0)]
    assert sorted(told) == sorted([*own, ("fra-be2", "2a23:0:1::80", 1)])


def test_both_addresses_of_a_backend_are_checked_where_both_are_used(
    tmp_path: Path,
) -> None:
    config = read(tmp_path, with_ipv6(RIGHT) + 'forwarding = "nat"\n')
    assert config.aspects(config.pool[0]) == ("", "address6")
    told = {(t.backend, t.address, t.aspect) for t in targets_of(config, {})}
    first, second = (each.address6 for each in config.pool[0].backend)
    assert told == {
        ("fra-be1", "11.1.1.10", ""),
        ("fra-be1", str(first), "address6"),
        ("fra-be2", "11.1.1.11", ""),
        ("fra-be2", str(second), "address6"),
    }

import tomllib
from dataclasses import replace

import pytest

from topo.render import backend_config, vip_config
from topo.world.plan import Role, make_plan
from topo.world.records import BalancerKind


def test_balancer(duo):
    config = tomllib.loads(vip_config(duo, duo.host("iad-lb2")))
    assert config["balancer"] == {
        "name": "iad-lb2",
        "interface": "eth0",
        "source": "11.2.8.11",
        "source6": "2a11:0:2:800::11",
        "gateway_mac": "02:00:02:00:00:01",
        "xdp": "auto",
    }
    [pool] = config["pool"]
    assert pool["name"] == "www-iad"
    assert pool["health"]["through"] == "auto"
    assert pool["backend"] == [
        {"name": "iad-be1", "address": "11.2.1.10", "address6": "2a11:0:2:100::10",
         "weight": 1},
        {"name": "iad-be2", "address": "11.2.1.11", "address6": "2a11:0:2:100::11",
         "weight": 1},
    ]  # fmt: skip
    assert config["vip"] == [
        {"name": "www", "address": address, "port": 80, "protocol": "tcp",
         "pool": "www-iad", "selection": "maglev", "tracking": "established",
         "forwarding": "gre", "too_big": "answer"}
        for address in ("23.0.2.80", "2a23:0:2::80")
    ]  # fmt: skip


def test_backend_takes_only_its_own_balancers_packets(duo):
    config = tomllib.loads(backend_config(duo, duo.host("fra-be1")))
    assert config["backend"] == {
        "name": "fra-be1",
        "interface": "eth0",
        "decapsulation": "auto",
        "encapsulations": ["gre"],
        "balancers": ["11.1.8.10", "11.1.8.11"],
        "vips": ["23.0.1.80", "2a23:0:1::80"],
    }


def test_backends_know_each_other_where_there_are_second_chances(duo):
    plan = with_service(duo, second_chance=True)
    backend = tomllib.loads(backend_config(plan, plan.host("fra-be1")))["backend"]
    assert backend["peers"] == ["11.1.1.11"]
    config = tomllib.loads(vip_config(plan, plan.host("fra-lb1")))
    assert all(vip["second_chance"] for vip in config["vip"])


def with_service(plan, **changes):
    [service] = plan.world.services
    return replace(
        plan, world=replace(plan.world, services=(replace(service, **changes),))
    )


def test_what_a_service_says_of_packets_is_its_vips(duo):
    said = {
        "forwarding": "gue",
        "too_big": "split",
        "mtu": 1400,
        "clamp_mss": 1200,
        "tracking": "off",
    }
    plan = with_service(duo, **said)
    config = tomllib.loads(vip_config(plan, plan.host("fra-lb1")))
    for vip in config["vip"]:
        assert said.items() <= vip.items()


def test_what_is_said_of_a_selection_is_told(duo):
    plan = with_service(
        duo, selection="ring", slots=655373, selection_options=(("points", 40),)
    )
    config = tomllib.loads(vip_config(plan, plan.host("fra-lb1")))
    for vip in config["vip"]:
        wanted = {"method": "ring", "slots": 655373, "options": {"points": 40}}
        assert vip["selection"] == wanted


def test_backends_have_the_weights_of_their_datacenter(duo):
    fra, iad = duo.world.datacenters
    sites = (replace(fra, weights=(3, 0)), iad)
    plan = make_plan(replace(duo.world, datacenters=sites))
    weights = {
        site: [it["weight"] for it in config["pool"][0]["backend"]]
        for site in ("fra", "iad")
        for config in [tomllib.loads(vip_config(plan, plan.host(f"{site}-lb1")))]
    }
    assert weights == {"fra": [3, 0], "iad": [1, 1]}


def test_hardware_addresses_are_told_where_they_are_in_reach(duo):
    fra, iad = duo.world.datacenters
    sites = (replace(fra, shared_lan=True), iad)
    plan = make_plan(replace(duo.world, datacenters=sites))
    macs = {
        site: [it.get("mac") for it in config["pool"][0]["backend"]]
        for site in ("fra", "iad")
        for config in [tomllib.loads(vip_config(plan, plan.host(f"{site}-lb1")))]
    }
    wanted = ["02:00:01:01:00:0a", "02:00:01:01:00:0b"]
    assert macs == {"fra": wanted, "iad": [None, None]}


@pytest.mark.parametrize(
    ("mode", "kind", "taken_off"),
    [
        pytest.param("gre", "ours", ["gre"], id="GRE"),
        pytest.param("gue", "ours", ["gue"], id="another"),
        pytest.param("l2", "ours", [], id="none"),
        pytest.param("l2", "ipvs", ["gre"], id="what others have"),
    ],
)
def test_what_backends_take_off(duo, mode, kind, taken_off):
    fra, iad = duo.world.datacenters
    sites = (replace(fra, balancer=BalancerKind(kind)), iad)
    [www] = duo.world.services
    services = (replace(www, forwarding=mode),)
    plan = make_plan(replace(duo.world, datacenters=sites, services=services))
    config = tomllib.loads(backend_config(plan, plan.host("fra-be1")))
    assert config["backend"]["encapsulations"] == taken_off


def test_tunnels_over_ipv6_come_from_ipv6_addresses(duo):
    plan = with_service(duo, forwarding="gre6")
    config = tomllib.loads(backend_config(plan, plan.host("fra-be1")))
    assert config["backend"]["balancers"] == [
        *("11.1.8.10", "11.1.8.11"),
        *("2a11:0:1:800::10", "2a11:0:1:800::11"),
    ]
    assert config["backend"]["encapsulations"] == ["gre6"]


@pytest.mark.parametrize("role", [Role.BALANCER, Role.BACKEND])
def test_every_machine_has_a_file(earth, role):
    render = vip_config if role is Role.BALANCER else backend_config
    for host in earth.hosts:
        if host.role is role:
            assert host.name in render(earth, host)

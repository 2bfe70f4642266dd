import tomllib

import pytest

from topo.render import backend_config, vip_config
from topo.world.plan import Role


def test_balancer(duo):
    config = tomllib.loads(vip_config(duo, duo.host("iad-lb2")))
    assert config["balancer"] == {
        "name": "iad-lb2",
        "interface": "eth0",
        "source": "11.2.8.11",
        "gateway_mac": "02:00:02:00:00:01",
        "xdp": "auto",
    }
    [pool] = config["pool"]
    assert pool["name"] == "www-iad"
    assert [(it["name"], it["address"], it["weight"]) for it in pool["backend"]] == [
        ("iad-be1", "11.2.1.10", 1),
        ("iad-be2", "11.2.1.11", 1),
    ]
    assert config["vip"] == [
        {"name": "www", "address": address, "port": 80, "protocol": "tcp",
         "pool": "www-iad", "selection": "maglev", "tracking": "established"}
        for address in ("23.0.2.80", "2a23:0:2::80")
    ]  # fmt: skip


def test_backend_takes_only_its_own_balancers_packets(duo):
    config = tomllib.loads(backend_config(duo, duo.host("fra-be1")))
    assert config["backend"] == {
        "name": "fra-be1",
        "interface": "eth0",
        "decapsulation": "auto",
        "balancers": ["11.1.8.10", "11.1.8.11"],
        "vips": ["23.0.1.80", "2a23:0:1::80"],
    }


@pytest.mark.parametrize("role", [Role.BALANCER, Role.BACKEND])
def test_every_machine_has_a_file(earth, role):
    render = vip_config if role is Role.BALANCER else backend_config
    for host in earth.hosts:
        if host.role is role:
            assert host.name in render(earth, host)

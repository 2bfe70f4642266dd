"""A plan as a Mininet topology."""

from dataclasses import replace
from ipaddress import ip_address, ip_interface

import pytest

from topo.net import Addressing, WorldTopo
from topo.net.world_topo import addressing
from topo.world.plan import make_plan
from topo.world_file import load_world


@pytest.fixture(scope="module")
def plan():
    return make_plan(load_world("duo"))


@pytest.mark.parametrize(
    ("host", "own", "gateways", "resolver"),
    [
        pytest.param(
            "fra-be1",
            ("11.1.1.10/24", "2a11:0:1:100::10/64"),
            ("11.1.1.1", "2a11:0:1:100::1"),
            None,
            id="on the site's bridge",
        ),
        pytest.param(
            "iad-lb2",
            ("11.2.8.11/32", "2a11:0:2:800::11/128"),
            ("11.2.8.1", "2a11:0:2:800::1"),
            None,
            id="alone on a switch port",
        ),
        pytest.param(
            "fra-office-1",
            ("11.1.17.10/24", "2a11:0:1:1100::10/64"),
            ("11.1.17.1", "2a11:0:1:1100::1"),
            "11.2.3.10",
            id="client of a resolver across the ocean",
        ),
    ],
)
def test_addressing(plan, host, own, gateways, resolver):
    planned = plan.host(host)
    assert addressing(plan, planned) == Addressing(
        interfaces=tuple(map(ip_interface, own)),
        gateways=tuple(map(ip_address, gateways)),
        gateway_mac="02:00:01:00:00:01"
        if planned.site == "fra"
        else "02:00:02:00:00:01",
        resolver=ip_address(resolver) if resolver else None,
        mtu=1500,
    )


def test_a_shared_lan_has_link_local_addresses_too():
    duo = load_world("duo")
    sites = tuple(replace(it, shared_lan=True) for it in duo.datacenters)
    plan = make_plan(replace(duo, datacenters=sites))
    own = {
        name: [str(it) for it in addressing(plan, plan.host(name)).interfaces]
        for name in ("fra-lb1", "fra-be1", "fra-ns")
    }
    assert own == {
        "fra-lb1": ["11.1.1.200/24", "2a11:0:1:100::200/64", "fe80::1ff:fe01:c8/64"],
        "fra-be1": ["11.1.1.10/24", "2a11:0:1:100::10/64", "fe80::1ff:fe01:a/64"],
        "fra-ns": ["11.1.2.10/24", "2a11:0:1:200::10/64"],
    }


def test_topology(plan):
    topo = WorldTopo(plan)
    assert topo.switches() == ["lan-fra", "lan-iad", "sw-fra", "sw-iad"]
    assert sorted(topo.hosts()) == sorted(host.name for host in plan.hosts)
    ends = {
        (info["intfName1"], info["intfName2"])
        for _, _, info in topo.iterLinks(withInfo=True)
    }
    assert {("fra-iad", "iad-fra"), ("fra-lan", "fra-up"), ("eth0", "fra-lb1")} <= ends
    assert len(ends) == len(plan.hosts) + 2 + 1

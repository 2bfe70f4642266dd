import json
from dataclasses import replace

import pytest

from controller.fabric import Port, from_json
from topo.render import fabric_json
from topo.world.plan import make_plan


@pytest.mark.parametrize("world", ["duo", "earth"])
def test_the_controller_reads_it(world, request):
    plan = request.getfixturevalue(world)
    fabric = from_json(fabric_json(plan))
    assert [it.site for it in fabric.routers] == [it.site for it in plan.routers]
    assert len(fabric.hosts) == len(plan.hosts)
    assert len(fabric.wires) == len(plan.world.links)


def test_routers_answer_for_every_gateway(duo):
    router = json.loads(fabric_json(duo))["routers"][0]
    assert router["networks"] == ["11.1.0.0/16", "2a11:0:1::/48"]
    assert "11.1.8.1" in router["gateways"]
    assert "2a11:0:1:1000::1" in router["gateways"]


def test_a_shared_lan_takes_the_balancers_ports(duo):
    fra, iad = duo.world.datacenters
    sites = (fra, replace(iad, shared_lan=True))
    plan = make_plan(replace(duo.world, datacenters=sites))
    bridged = {it.site: it.bridged for it in from_json(fabric_json(plan)).routers}
    assert bridged == {"fra": (), "iad": ("iad-lb1", "iad-lb2")}


def test_wires_and_ports(duo):
    fabric = from_json(fabric_json(duo))
    assert fabric.wires[0].ends == (Port("fra", "fra-iad"), Port("iad", "iad-fra"))
    assert fabric.wires[0].cost_ms == duo.world.links[0].rtt_ms
    ports = {host.name: host.behind for host in fabric.hosts}
    assert ports["fra-lb1"] == Port("fra", "fra-lb1")
    assert ports["fra-be1"] == ports["fra-home-1"] == Port("fra", "fra-lan")


def test_shared_addresses(duo):
    members = {it.name: it.members for it in from_json(fabric_json(duo)).anycasts}
    assert members == {
        "www@fra": ("fra-lb1", "fra-lb2"),
        "www@iad": ("iad-lb1", "iad-lb2"),
        "nameserver": ("fra-ns", "iad-ns"),
        "root": ("fra-root", "iad-root"),
    }

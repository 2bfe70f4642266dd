"""The ways of packets through a fabric, by its flows alone."""

from dataclasses import replace
from itertools import permutations

import pytest
from fakes.fabrics import random_fabric, triangle
from fakes.flow_table import FakeFabric
from hypothesis import given
from hypothesis import strategies as st

from controller.fabric import Port
from controller.flows import desired_flows
from controller.openflow import Kind, ports_of
from controller.paths import shortest_paths

FEW = 20  # messages, of some hundred in all
BROADCAST = "ff:ff:ff:ff:ff:ff"


def wrong_pairs(net):
    """Return the pairs of hosts that do not reach one another."""
    return [
        (a, b, str(address))
        for a, b in permutations(net.hosts, 2)
        for address in net.hosts[b].addresses
        if net.send(a, str(address)).host != b
    ]


def test_every_pair_in_both_families(net):
    assert wrong_pairs(net) == []


@pytest.mark.parametrize(
    ("source", "target", "sites"),
    [
        pytest.param("fra-be", "11.3.1.10", ("fra", "iad", "syd"), id="the quick way"),
        pytest.param("syd-be", "2a11:0:2:100::10", ("syd", "iad"), id="neighbour"),
        pytest.param("fra-be", "11.1.16.10", ("fra",), id="back into its LAN"),
        pytest.param("fra-be", "11.1.8.11", ("fra",), id="LAN to switch port"),
    ],
)
def test_way_through_the_sites(net, source, target, sites):
    trip = net.send(source, target)
    assert trip.sites == sites
    assert trip.packet["ttl"] == 64 - len(sites)
    assert trip.packet["eth_src"] == net.router_mac(sites[-1])


@pytest.mark.parametrize("target", ["11.3.1.10", "2a11:0:3:100::10", "23.0.0.1"])
def test_a_packet_whose_ttl_runs_out_is_dropped(net, target):
    assert net.send("syd-client", "11.1.8.10", ttl=2).host is None
    assert net.send("fra-client", target, ttl=1).host is None


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("11.1.1.99", id="no such host here"),
        pytest.param("11.3.1.99", id="no such host there"),
        pytest.param("192.0.2.1", id="no such network"),
        pytest.param("ff02::1", id="multicast"),
    ],
)
def test_what_has_no_route_is_dropped(net, target):
    assert net.send("fra-client", target).host is None


def test_a_frame_flooded_between_two_hosts_of_a_lan_is_not_routed(net):
    mac = net.hosts["fra-be"].mac
    assert net.send("fra-client", "11.1.1.10", eth_dst=mac).host is None


@pytest.fixture
def bridged():
    """The triangle, with two of Frankfurt's balancers on the LAN of its hosts."""
    fabric = triangle()
    fra, *others = fabric.routers
    fra = replace(fra, bridged=("fra-lb1", "fra-lb2"))
    return FakeFabric(replace(fabric, routers=(fra, *others)))


@pytest.mark.parametrize(
    ("target", "in_port", "out_ports"),
    [
        pytest.param("fra-be", "fra-lb1", {"fra-lan"}, id="port to LAN"),
        pytest.param("fra-lb1", "fra-lan", {"fra-lb1"}, id="LAN to port"),
        pytest.param("fra-lb2", "fra-lb1", {"fra-lb2"}, id="port to port"),
        pytest.param("fra-client", "fra-lan", set(), id="flooded inside the LAN"),
        pytest.param("fra-lb3", "fra-lb1", set(), id="to a port that is not bridged"),
        pytest.param(
            BROADCAST, "fra-lb1", {"fra-lan", "fra-lb2"}, id="broadcast of a port"
        ),
        pytest.param(
            "33:33:ff:00:00:10",
            "fra-lan",
            {"fra-lb1", "fra-lb2"},
            id="multicast of the LAN",
        ),
        pytest.param("01:00:5e:00:00:01", "fra-lan", set(), id="IPv4 multicast"),
    ],
)
def test_ports_bridged_with_the_lan(bridged, target, in_port, out_ports):
    mac = bridged.hosts[target].mac if target in bridged.hosts else target
    frame = {"eth_src": "02:00:01:01:00:0a", "eth_dst": mac, "eth_type": 0x88B5}
    sent = bridged.switches["fra"].receive(frame, in_port)
    assert {port for port, _ in sent} == out_ports
    assert all(out == frame for _, out in sent)


def test_a_bridge_routes_as_before(bridged):
    assert wrong_pairs(bridged) == []
    assert arp(bridged, "11.1.1.1")
    found = bridged.spread("syd-client", "23.0.0.1", 200)
    assert found.keys() == set(bridged.fabric.anycasts[0].members)


def arp(net, asked):
    host = net.hosts["fra-be"]
    request = {
        "eth_src": host.mac,
        "eth_dst": BROADCAST,
        "eth_type": 0x0806,
        "arp_op": 1,
        "arp_sha": host.mac,
        "arp_tha": "00:00:00:00:00:00",
        "arp_spa": "11.1.1.10",
        "arp_tpa": asked,
    }
    return net.switches["fra"].receive(request, "fra-lan")


def test_the_gateway_answers_arp(net):
    mac, router = net.hosts["fra-be"].mac, net.router_mac("fra")
    reply = {
        "eth_src": router,
        "eth_dst": mac,
        "eth_type": 0x0806,
        "arp_op": 2,
        "arp_sha": router,
        "arp_tha": mac,
        "arp_spa": "11.1.1.1",
        "arp_tpa": "11.1.1.10",
    }
    assert arp(net, "11.1.1.1") == [("fra-lan", reply)]


@pytest.mark.parametrize("asked", ["11.1.16.10", "11.1.1.77", "11.2.1.1"])
def test_no_arp_answer_for_the_addresses_of_others(net, asked):
    assert arp(net, asked) == []


@pytest.mark.parametrize(
    ("source", "gateway", "request_", "reply"),
    [
        pytest.param("fra-be", "11.1.1.1", (1, 8), 0, id="own, IPv4"),
        pytest.param("fra-lb1", "2a11:0:1:800::1", (58, 128), 129, id="own, IPv6"),
        pytest.param("syd-be", "11.1.16.1", (1, 8), 0, id="two hops away"),
    ],
)
def test_gateways_answer_ping(net, source, gateway, request_, reply):
    protocol, asked = request_
    version = 6 if ":" in gateway else 4
    fields = {"ip_proto": protocol, f"icmpv{version}_type": asked}
    trip = net.send(source, gateway, **fields)
    assert trip.host == source
    assert trip.packet[f"icmpv{version}_type"] == reply
    assert trip.packet[f"ipv{version}_src"] == gateway


@pytest.mark.parametrize("end", [Port("iad", "iad-syd"), Port("syd", "syd-iad")])
def test_a_wire_is_down_when_either_end_is(net, end):
    sent = net.set_port(end, up=False)
    assert net.send("fra-client", "11.3.1.10").sites == ("fra", "syd")
    assert wrong_pairs(net) == []
    assert 0 < sent < FEW
    assert [(it.a, it.b) for it in net.core.wires_down()] == [("iad", "syd")]


def test_flows_towards_an_unreachable_site_go_away(net):
    net.set_port(Port("iad", "iad-syd"), up=False)
    net.set_port(Port("syd", "syd-fra"), up=False)
    left = {
        part.value
        for _, flow in net.switches["fra"].flows.values()
        for part in flow.match
        if flow.kind is Kind.SITE and part.name.endswith("_dst")
    }
    assert {"11.2.0.0/16", "2a11:0:2::/48"} < left
    assert not left & {"11.3.0.0/16", "2a11:0:3::/48"}
    net.set_port(Port("syd", "syd-fra"), up=True)
    assert wrong_pairs(net) == []


def test_flows_name_only_their_own_switch_s_ports():
    fabric = triangle()
    for site, flows in desired_flows(fabric).items():
        own = {port.name for port in fabric.ports() if port.site == site}
        assert set().union(*map(ports_of, flows)) <= own


@given(seed=st.integers(0, 10_000), cut=st.integers(0, 3))
def test_a_random_fabric_delivers_whatever_is_connected(seed, cut):
    fabric = random_fabric(seed)
    net = FakeFabric(fabric)
    down = [wire.ends[0] for wire in fabric.wires[:cut]]
    for end in down:
        net.set_port(end, up=False)
    sites = [router.site for router in fabric.routers]
    paths = shortest_paths(sites, fabric.wires, frozenset(down))
    for a, b in permutations(sites, 2):
        trip = net.send(f"{a}-be", str(net.hosts[f"{b}-lb1"].addresses[seed % 2]))
        assert trip.host == (f"{b}-lb1" if b in paths[a] else None)
    check_nearest(net, paths)


def check_nearest(net, paths):
    members = {net.hosts[name].site: name for name in net.fabric.anycasts[0].members}
    for site, reached in paths.items():
        costs = {it: path.distance.cost_us for it, path in reached.items()} | {site: 0}
        near = [costs[it] for it in members if it in costs]
        trip = net.send(f"{site}-client", "23.0.0.1")
        if near:
            assert costs[net.hosts[trip.host].site] == min(near)
        else:
            assert trip.host is None

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topo.world.file.parse import parse_world
from topo.world.plan import Attachment, Role, make_plan
from topo.world.records import (
    ClientNetwork,
    Datacenter,
    Resolver,
    ResolverKind,
    Service,
    Site,
    World,
)
from topo.world_file import load_world

from .conftest import AIRPORTS, WORLD

SMALL = make_plan(parse_world(WORLD, "w.toml", AIRPORTS))


@pytest.mark.parametrize(
    ("name", "address4", "address6", "mac", "attachment"),
    [
        pytest.param("fra-home-2", "11.1.16.11", "2a11:0:1:1000::11",
                     "02:00:01:10:00:0b", Attachment.LAN, id="client"),
        pytest.param("iad-be4", "11.2.1.13", "2a11:0:2:100::13",
                     "02:00:02:01:00:0d", Attachment.LAN, id="backend"),
        pytest.param("iad-lb1", "11.2.8.10", "2a11:0:2:800::10",
                     "02:00:02:08:00:0a", Attachment.PORT, id="balancer"),
        pytest.param("iad-ns", "11.2.2.10", "2a11:0:2:200::10",
                     "02:00:02:02:00:0a", Attachment.LAN, id="nameserver"),
        pytest.param("iad-root", "11.2.2.11", "2a11:0:2:200::11",
                     "02:00:02:02:00:0b", Attachment.LAN, id="root"),
        pytest.param("fra-unbound", "11.1.3.10", "2a11:0:1:300::10",
                     "02:00:01:03:00:0a", Attachment.LAN, id="resolver"),
    ],
)  # fmt: skip
def test_address_of_each_role(name, address4, address6, mac, attachment):
    host = SMALL.host(name)
    assert (host.address4, host.address6) == (
        ip_address(address4),
        ip_address(address6),
    )
    assert (host.mac, host.attachment, host.port) == (mac, attachment, name)


def test_balancers_on_the_servers_lan_stand_behind_the_backends():
    text = WORLD.replace("[[datacenters]]", "[[datacenters]]\nshared_lan = true")
    plan = make_plan(parse_world(text, "w.toml", AIRPORTS))
    balancer, backend = plan.host("iad-lb2"), plan.host("iad-be1")
    assert balancer.subnet == backend.subnet
    assert str(balancer.address4) == "11.2.1.201"
    assert str(balancer.address6) == "2a11:0:2:100::201"
    assert balancer.mac == "02:00:02:01:00:c9"
    assert balancer.attachment is Attachment.BRIDGED
    assert plan.vip("www", "iad").members == ("iad-lb1", "iad-lb2")


def test_shared_addresses():
    vip = SMALL.vip("www", "iad")
    assert (str(vip.address4), str(vip.address6)) == ("23.0.1.80", "2a23:0:1::80")
    assert vip.members == ("iad-lb1", "iad-lb2")
    assert SMALL.nameserver.members == ("iad-ns",)
    assert SMALL.root.members == ("iad-root",)


def test_router_and_its_gateways():
    router = SMALL.router("iad")
    assert (router.dpid, router.switch, router.bridge) == (2, "sw-iad", "lan-iad")
    assert (router.lan_port, router.lan_peer) == ("iad-lan", "iad-up")
    assert [it.name for it in SMALL.subnets_at("iad")] == [
        *("names", "balancers", "servers", "resolvers")
    ]
    assert str(SMALL.subnets_at("iad")[0].gateway6) == "2a11:0:2:200::1"


def test_hosts_by_site_and_role():
    assert [it.name for it in SMALL.hosts_at("fra")] == [
        *("fra-unbound", "fra-home-1", "fra-home-2")
    ]
    assert len(SMALL.hosts_at("iad", Role.BACKEND)) == 4
    assert [it.name for it in SMALL.clients_of("fra-home")] == [
        *("fra-home-1", "fra-home-2")
    ]


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda plan: plan.host("nobody"), id="host"),
        pytest.param(lambda plan: plan.router("syd"), id="router"),
        pytest.param(lambda plan: plan.vip("www", "fra"), id="VIP"),
    ],
)
def test_what_is_not_there_is_a_key_error(ask):
    with pytest.raises(KeyError):
        ask(SMALL)


@st.composite
def worlds(draw):
    """Worlds with as much of everything as the file format allows at a few sites."""
    count = draw(st.integers(1, 4))
    names = [f"s{chr(97 + i)}x" for i in range(count)]
    at = st.sampled_from(names)
    networks = draw(st.lists(st.tuples(at, st.integers(1, 200)), max_size=4))
    return World(
        *("w", "", "a.net"),
        sites=tuple(Site(name, "", "", "r", 0, 0) for name in names),
        links=(),
        client_networks=tuple(
            ClientNetwork(f"c{i}", site, hosts, "r0")
            for i, (site, hosts) in enumerate(networks)
        ),
        resolvers=tuple(
            Resolver(f"r{i}", site, ResolverKind.UNBOUND)
            for i, site in enumerate(draw(st.lists(at, min_size=1, max_size=4)))
        ),
        datacenters=tuple(
            Datacenter(name, draw(st.integers(1, 32)), draw(st.integers(1, 128)), 1)
            for name in names
        ),
        services=tuple(
            Service(f"v{i}", 80, 20) for i in range(draw(st.integers(1, 9)))
        ),
    )


@given(worlds())
def test_plan_gives_nothing_twice(world):
    plan = make_plan(world)
    anycasts = [*plan.vips.values(), plan.nameserver, plan.root]
    shared = [address for it in anycasts for address in (it.address4, it.address6)]
    gateways = [
        gateway
        for site in world.sites
        for it in plan.subnets_at(site.name)
        for gateway in (it.gateway4, it.gateway6)
    ]
    own = [it for host in plan.hosts for it in (host.address4, host.address6)]
    everything = [*shared, *gateways, *own]
    assert len(set(everything)) == len(everything)
    for noun in ("name", "mac", "port"):
        values = [getattr(host, noun) for host in plan.hosts]
        assert len(set(values)) == len(values)
    assert {it.mac for it in plan.routers}.isdisjoint(it.mac for it in plan.hosts)


@given(worlds())
def test_hosts_are_inside_their_networks_and_public(world):
    plan = make_plan(world)
    subnets = {host.subnet for host in plan.hosts}
    for host in plan.hosts:
        router = plan.router(host.site)
        assert host.address4 in host.subnet.network4
        assert host.address6 in ip_network(f"{host.subnet.network6[0]}/64")
        assert host.subnet.network4.subnet_of(router.network4)
        assert host.subnet.network6.subnet_of(router.network6)
        assert host.address4.is_global
        assert len(host.name) <= 15
    for one in subnets:
        for other in subnets - {one}:
            assert not one.network4.overlaps(other.network4)
            assert not one.network6.overlaps(other.network6)


def test_same_world_same_plan_and_more_clients_move_nobody():
    world = SMALL.world
    assert make_plan(world) == SMALL
    [network] = world.client_networks
    more = replace(network, name="fra-cafe")
    grown = make_plan(replace(world, client_networks=(network, more)))
    assert set(SMALL.hosts) <= set(grown.hosts)


def test_resolvers_that_share_an_address_have_switch_ports_of_their_own():
    plan = make_plan(load_world("recursion"))
    shared = [plan.host(name) for name in plan.resolvers["public"].members]
    assert [it.name for it in shared] == [
        *("public-fra1", "public-fra2", "public-iad1", "public-iad2")
    ]
    assert {it.attachment for it in shared} == {Attachment.PORT}
    assert {it.subnet.name for it in shared} == {"shared-resolvers"}
    assert plan.host("fra-unbound").attachment is Attachment.LAN
    assert str(plan.host("public-iad2").address4) == "11.2.9.11"

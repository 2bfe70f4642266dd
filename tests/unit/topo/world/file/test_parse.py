"""A world's file that is right: what is read, and what is filled in."""

from ipaddress import ip_address

import pytest

from balancer.hashing.catalogue import NAMES
from topo.world.file.parse import parse_world
from topo.world.plan import make_plan
from topo.world.records import Datacenter, ResolverKind, Service, Shape

from ..conftest import AIRPORTS, WORLD


def test_defaults_are_filled_in(text, airports):
    world = parse_world(text, "w.toml", airports)
    assert world.domain == "frontlab.net"
    assert world.datacenters == (Datacenter("iad", 2, 4, 1000),)
    assert world.services == (Service("www", 80, 20, "nearest"),)
    assert world.links[0].forward == Shape(delay_ms=40)
    assert world.links[0].mtu == 1500
    assert world.sites[0].city == "Frankfurt am Main"
    assert world.resolvers[0].kind is ResolverKind.UNBOUND
    assert world.resolvers[0].min_ttl_s is None


@pytest.mark.parametrize(
    ("link", "there_ms", "back_ms"),
    [
        pytest.param('rtt = "80 ms"', 40, 40, id="halves"),
        pytest.param('rtt = "80 ms"\nforward.delay = "30 ms"', 30, 50, id="rest back"),
        pytest.param('rtt = "80 ms"\nbackward.delay = "0 ms"', 80, 0, id="all there"),
        pytest.param(
            'forward.delay = "1 ms"\nbackward.delay = "2 ms"', 1, 2, id="both said"
        ),
        pytest.param("", 49.153, 49.153, id="by distance"),
    ],
)
def test_delay_of_each_direction(text, airports, link, there_ms, back_ms):
    world = parse_world(text.replace('rtt = "80 ms"', link), "w.toml", airports)
    assert world.links[0].forward.delay_ms == pytest.approx(there_ms, abs=0.001)
    assert world.links[0].backward.delay_ms == pytest.approx(back_ms, abs=0.001)


def test_nearest_table_wins(text, airports):
    more = """
[defaults]
rate = "1 Gbit/s"
queue = "10 ms"
loss = "1 %"
mtu = 1400
[sites.fra]"""
    link = 'rtt = "80 ms"\nloss = "2 %"\nforward = { loss = "0 %", jitter = "3 ms" }'
    broken = text.replace("[sites.fra]", more).replace('rtt = "80 ms"', link)
    world = parse_world(broken, "w.toml", airports)
    assert world.links[0].forward == Shape(40, 3, 0, 1000, 10)
    assert world.links[0].backward == Shape(40, 0, 0.02, 1000, 10)
    assert world.links[0].mtu == 1400


SHARED = """
[[resolvers]]
name = "public"
sites = ["fra", "iad"]
instances = 2
kind = "unbound"

[[resolvers]]
name = "front"
site = "fra"
kind = "dnsdist"
forward_to = ["public", "iad-bind9"]
choice = "rotated"
serve_stale = "1 min"
"""


def test_resolvers_at_several_sites_share_an_address():
    asked = 'resolver = "public"'
    text = WORLD.replace('resolver = "fra-unbound"', asked) + SHARED
    world = parse_world(text, "w.toml", AIRPORTS)
    shared = {it.name: it.site for it in world.resolvers_named("public")}
    assert shared == {
        "public-fra1": "fra",
        "public-fra2": "fra",
        "public-iad1": "iad",
        "public-iad2": "iad",
    }
    front = world.resolvers[-1]
    assert front.forward_to == ("public", "iad-bind9")
    assert (front.choice, front.stale_s, front.order) == ("rotated", 60, None)
    plan = make_plan(world)
    assert plan.resolver("public").address4 == ip_address("23.53.1.1")
    assert plan.resolvers["public"].members == tuple(shared)
    assert plan.asked_by("fra-home") == plan.resolvers["public"]
    assert plan.resolver("front") == plan.host("front")


def test_all_that_a_world_says_of_a_selection():
    more = 'selection = "anchor"\nslots = 655373\nselection_options = { nodes = 3 }'
    text = WORLD.replace('"www"', f'"www"\n{more}')
    text = text.replace("[[datacenters]]", "[[datacenters]]\nweights = [4, 3, 2, 1]")
    world = parse_world(text, "w.toml", AIRPORTS)
    [service], [datacenter] = world.services, world.datacenters
    assert (service.selection, service.slots) == ("anchor", 655373)
    assert service.selection_options == (("nodes", 3),)
    assert datacenter.backend_weights == (4, 3, 2, 1)


@pytest.mark.parametrize("method", NAMES)
def test_every_way_of_selecting_is_a_services(method):
    text = WORLD.replace('"www"', f'"www"\nselection = "{method}"')
    assert parse_world(text, "w.toml", AIRPORTS).services[0].selection == method


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("shared_lan = true", id="one LAN"),
        pytest.param('balancer = "nftables"', id="not our balancers"),
    ],
)
def test_frames_reach_the_backends_where_they_can(said):
    text = WORLD.replace('"www"', '"www"\nforwarding = "l2"')
    text = text.replace("[[datacenters]]", f"[[datacenters]]\n{said}")
    assert parse_world(text, "w.toml", AIRPORTS).services[0].forwarding == "l2"


@pytest.mark.parametrize(
    ("key", "all_have", "one_has"),
    [
        pytest.param("nameserver", "knot", "gdnsd", id="nameserver"),
        pytest.param("balancer", "nftables", "haproxy", id="balancer"),
    ],
)
def test_the_files_product_is_that_of_each_datacenter_without_its_own(
    key, all_have, one_has
):
    text = WORLD.replace('"small"', f'"small"\n{key} = "{all_have}"')
    more = f'\n[[datacenters]]\nsite = "fra"\n{key} = "{one_has}"\n'
    world = parse_world(text + more, "w.toml", AIRPORTS)
    assert [getattr(it, key) for it in world.datacenters] == [all_have, one_has]

"""Others' balancers get the same VIPs and backends as ours, in their own words."""

from dataclasses import replace

import pytest

from topo.render import balancer_program
from topo.render.balancers import accepted_vips, is_tunnelled, not_ours
from topo.world.plan import make_plan
from topo.world.records import BalancerKind

FOREIGN = [kind for kind in BalancerKind if kind is not BalancerKind.OURS]


def placed(plan, kind, weights=(), **service):
    """The plan with a product for balancer at iad, and services changed."""
    world = plan.world
    fra, iad = world.datacenters
    services = tuple(replace(it, **service) for it in world.services)
    datacenters = (fra, replace(iad, balancer=kind, weights=weights))
    return make_plan(replace(world, datacenters=datacenters, services=services))


def rendered(plan, kind, weights=(), **service):
    """The text of iad-lb2's program: files, arguments, and what prepares it."""
    other = placed(plan, kind, weights, **service)
    it = balancer_program(other, other.host("iad-lb2"), "/run/x")
    lines = [" ".join(argv) for argv in (*it.prepare, it.argv)]
    return "\n".join([*it.files.values(), *lines])


@pytest.mark.parametrize("kind", FOREIGN)
def test_each_has_the_sites_vips_and_backends_and_stays_in_its_directory(duo, kind):
    text = rendered(duo, kind)
    for address in ("23.0.2.80", "2a23:0:2::80", "11.2.1.10", "11.2.1.11"):
        assert address in text
    assert "11.1.1.10" not in text
    assert "/run/x" in text
    assert "{it" not in text


@pytest.mark.parametrize(
    ("kind", "selection", "line"),
    [
        pytest.param(
            "nftables",
            "maglev",
            "ip6 daddr 2a23:0:2::80 tcp dport 80 counter dnat ip6 to "
            "jhash ip6 saddr . tcp sport mod 2 "
            "map { 0 : 2a11:0:2:100::10, 1 : 2a11:0:2:100::11 }",
            id="nftables by hash, both families",
        ),
        pytest.param(
            "nftables",
            "round_robin",
            "ip daddr 23.0.2.80 tcp dport 80 counter dnat ip to "
            "numgen inc mod 2 map { 0 : 11.2.1.10, 1 : 11.2.1.11 }",
            id="nftables in turn",
        ),
        pytest.param(
            "haproxy", "maglev", "hash-type consistent", id="haproxy on a ring"
        ),
        pytest.param(
            "haproxy", "modulo", "hash-type map-based", id="haproxy by modulo"
        ),
        pytest.param(
            "haproxy", "round_robin", "balance roundrobin", id="haproxy in turn"
        ),
        pytest.param(
            "haproxy", "least_loaded", "balance leastconn", id="haproxy by load"
        ),
        pytest.param(
            "haproxy", "bounded", "hash-balance-factor 125", id="haproxy bounded"
        ),
        pytest.param("ipvs", "maglev", "lvs_sched mh", id="IPVS by Maglev"),
        pytest.param("ipvs", "round_robin", "lvs_sched rr", id="IPVS in turn"),
        pytest.param("ipvs", "least_loaded", "lvs_sched lc", id="IPVS by load"),
    ],
)
def test_a_services_selection_in_the_products_words(duo, kind, selection, line):
    lines = rendered(duo, BalancerKind(kind), selection=selection).splitlines()
    assert line in [it.strip() for it in lines]


@pytest.mark.parametrize(
    ("kind", "weights", "words"),
    [
        pytest.param(
            "nftables",
            (3, 1),
            "mod 4 map { 0-2 : 11.2.1.10, 3 : 11.2.1.11 }",
            id="nftables in ranges",
        ),
        pytest.param(
            "nftables", (0, 2), "mod 2 map { 0-1 : 11.2.1.11 }", id="nftables drained"
        ),
        pytest.param(
            "haproxy",
            (3, 1),
            "server iad-be1 11.2.1.10:80 weight 3",
            id="haproxy",
        ),
        pytest.param("ipvs", (3, 1), "weight 3", id="IPVS"),
    ],
)
def test_weights_in_the_products_words(duo, kind, weights, words):
    assert words in rendered(duo, BalancerKind(kind), weights)


def test_health_is_checked_as_often_as_ours_does(duo):
    haproxy = rendered(duo, BalancerKind.HAPROXY)
    assert "default-server check port 80 inter 500ms rise 2 fall 2" in haproxy
    assert "option httpchk GET /health" in haproxy
    ipvs = rendered(duo, BalancerKind.IPVS)
    assert "delay_loop 0.5" in ipvs
    assert "connect_timeout 0.4" in ipvs


@pytest.mark.parametrize("kind", FOREIGN)
def test_only_their_site_is_another_one(duo, kind):
    plan = placed(duo, kind)
    assert not_ours(plan, "fra-lb1") == not_ours(plan, "fra-be1") == ""
    tunnelled = kind is BalancerKind.IPVS
    alone = f"it needs no agent of ours: {kind} sends to its own address"
    assert not_ours(plan, "iad-be1") == ("" if tunnelled else alone)
    assert f"it is {kind}, which answers for itself only" in not_ours(plan, "iad-lb1")
    assert "frontlab exec iad-lb1 -- " in not_ours(plan, "iad-lb1")
    assert [it.name for it in accepted_vips(plan)] == ["www@iad"]
    assert is_tunnelled(plan, "fra")
    assert is_tunnelled(plan, "iad") == tunnelled

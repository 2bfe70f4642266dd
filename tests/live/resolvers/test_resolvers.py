"""Every product, run on the configuration that we render for it."""

import time
from contextlib import ExitStack
from dataclasses import replace

import pytest
from dns.rcode import NOERROR, NXDOMAIN

from topo.world.delay import shortest_paths
from topo.world.probe_names import probe_names
from topo.world.records import ResolverKind
from topo.world_file import load_world

from .conftest import Query

pytestmark = pytest.mark.live

EARTH = load_world("earth")
RECURSORS = {it.name: it for it in EARTH.resolvers if not it.forward_to}
FORWARDERS = (ResolverKind.DNSMASQ, ResolverKind.DNSDIST)
BY_KIND = {it.kind: it for it in EARTH.resolvers}
BY_KIND[ResolverKind.DNSDIST] = replace(
    BY_KIND[ResolverKind.DNSMASQ], kind=ResolverKind.DNSDIST
)
WWW = "www.frontlab.net"
# Two networks of one site, in the scope of one answer.
NEAR = ("syd-home-1", "syd-office-1")


def address(answer):
    [record] = [it for it in answer.answer if it.name.to_text() == f"{WWW}."]
    return record[0].address


def ttl_s(answer):
    return answer.answer[0].ttl


def nearest_vip(plan, site):
    rtt_ms = shortest_paths(plan.world)
    sites = [it.site for it in plan.world.datacenters]
    near = min(sites, key=lambda other: rtt_ms[site, other])
    return plan.vip("www", near)


@pytest.mark.parametrize("name", RECURSORS)
def test_recursor_resolves_over_each_transport(place, name):
    resolver = RECURSORS[name]
    with place.resolving(resolver):
        for query in (
            Query(WWW),
            Query(WWW, family=6),
            Query(WWW, over_tcp=True),
            Query(WWW, over_tcp=True, family=6),
        ):
            answer = place.ask(name, query)
            vip = nearest_vip(place.plan, resolver.site)
            assert address(answer) == str(vip.address4)
            assert ttl_s(answer) <= 20
        six = place.ask(name, Query(WWW, type="AAAA"))
        assert address(six) == str(vip.address6)
        assert place.ask(name, Query("no.frontlab.net")).rcode() == NXDOMAIN
        nothing = place.ask(name, Query(WWW, type="TXT"))
        assert (nothing.rcode(), nothing.answer) == (NOERROR, [])


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("name", RECURSORS)
def test_only_with_ecs_the_client_decides(place, name, family):
    resolver = RECURSORS[name]
    with place.resolving(resolver):
        for client in ("sin-home-1", "gru-home-1", "fra-home-1"):
            answer = place.ask(name, Query(WWW, client=client, family=family))
            decides = place.plan.host(client if resolver.ecs else name)
            vip = nearest_vip(place.plan, decides.site)
            assert address(answer) == str(vip.address4), client


@pytest.mark.parametrize(
    ("kind", "ecs", "times"),
    [
        pytest.param("unbound", True, 2, id="unbound, a query for each answer"),
        pytest.param("unbound", False, 1, id="unbound, one for all"),
        pytest.param("pdns-recursor", True, 2, id="pdns, a query for each answer"),
        pytest.param("pdns-recursor", False, 1, id="pdns, one for all"),
    ],
)
def test_clients_of_a_scope_share_the_cache(place, kind, ecs, times):
    resolver = replace(BY_KIND[ResolverKind(kind)], ecs=ecs)
    name = probe_names(EARTH, resolver.name).steered
    with place.resolving(resolver):
        before = place.asked_authority(resolver.name)
        for client in (*NEAR, "gru-home-1", *NEAR):
            place.ask(resolver.name, Query(name, client=client))
        assert place.asked_authority(resolver.name) - before == times


@pytest.mark.parametrize("ecs", [False, True])
@pytest.mark.parametrize("kind", FORWARDERS)
def test_forwarder_in_front_of_a_recursor(place, kind, ecs):
    forwarder = replace(BY_KIND[kind], ecs=ecs)
    recursor = RECURSORS[forwarder.forward_to[0]]
    with place.resolving(recursor), place.resolving(forwarder):
        answer = place.ask(forwarder.name, Query(WWW, client="sin-home-1"))
        site = "sin" if ecs else forwarder.site
        assert address(answer) == str(nearest_vip(place.plan, site).address4)


@pytest.mark.parametrize(
    "kind", [it for it in ResolverKind if it is not ResolverKind.DNSDIST]
)
@pytest.mark.parametrize(
    ("clamp", "least", "most"),
    [
        pytest.param({"min_ttl_s": 40}, 39, 40, id="longer"),
        pytest.param({"max_ttl_s": 15}, 0, 15, id="shorter"),
    ],
)
def test_ttl_is_clamped(place, kind, clamp, least, most):
    resolver = replace(BY_KIND[kind], **clamp)
    with ExitStack() as running:
        if resolver.forward_to:
            running.enter_context(place.resolving(RECURSORS[resolver.forward_to[0]]))
        running.enter_context(place.resolving(resolver))
        began_s = time.monotonic()
        place.ask(resolver.name, Query(WWW))  # dnsmasq clamps only what it has cached
        told_s = ttl_s(place.ask(resolver.name, Query(WWW)))
        passed_s = int(time.monotonic() - began_s)
        assert least - passed_s <= told_s <= most

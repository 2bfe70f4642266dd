from dataclasses import replace

import pytest
from fakes.runs import plan_of

from experiments.kit.names.steering import chain, nearest, vantages
from topo.world.records import Resolver, ResolverKind, World

EARTH = plan_of("earth").world
UNBOUND, BIND = ResolverKind.UNBOUND, ResolverKind.BIND9
PDNS, KNOT = ResolverKind.PDNS_RECURSOR, ResolverKind.KNOT_RESOLVER
DNSMASQ = ResolverKind.DNSMASQ


@pytest.mark.parametrize(
    ("network", "seen_at", "sent_to"),
    [
        ("fra-home", "fra", "fra"),
        ("lhr-home", "lhr", "fra"),
        ("jnb-home", "jnb", "fra"),
        ("jnb-office", "iad", "iad"),
        ("syd-home", "syd", "sin"),
        ("syd-office", "iad", "iad"),
    ],
)
def test_earth(network: str, seen_at: str, sent_to: str) -> None:
    [it] = [one for one in EARTH.client_networks if one.name == network]
    assert vantages(EARTH, it) == {seen_at}
    assert nearest(EARTH, seen_at) == {sent_to}


def with_resolvers(*resolvers: Resolver) -> World:
    return replace(EARTH, resolvers=resolvers)


def ahead(kind: ResolverKind, ecs: bool, **more: int) -> Resolver:
    return Resolver("ahead", "fra", kind, ecs, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("world", "sends", "served_s"),
    [
        pytest.param(with_resolvers(ahead(UNBOUND, True)), True, 2, id="unbound"),
        pytest.param(with_resolvers(ahead(UNBOUND, False)), False, 2, id="off"),
        pytest.param(with_resolvers(ahead(PDNS, True)), True, 2, id="pdns"),
        pytest.param(with_resolvers(ahead(BIND, True)), False, 2, id="bind cannot"),
        pytest.param(with_resolvers(ahead(KNOT, False)), False, 5, id="knot stretches"),
        pytest.param(
            with_resolvers(ahead(UNBOUND, False, min_ttl_s=30)), False, 30, id="clamped"
        ),
        pytest.param(
            with_resolvers(ahead(BIND, False, max_ttl_s=1)), False, 1, id="cut short"
        ),
        pytest.param(
            with_resolvers(ahead(KNOT, False, min_ttl_s=0)), False, 2, id="knot tamed"
        ),
    ],
)
def test_one_resolver(world: World, sends: bool, served_s: int) -> None:
    found = chain(world, "ahead")
    assert (found.sends_subnet, found.ttl_s(2)) == (sends, served_s)


@pytest.mark.parametrize(
    ("forwarder_ecs", "behind", "sends", "served_s"),
    [
        pytest.param(False, ahead(UNBOUND, True), False, 2, id="hides its clients"),
        pytest.param(True, ahead(UNBOUND, True), True, 2, id="passes them on"),
        pytest.param(True, ahead(BIND, False), False, 2, id="nobody heeds them"),
        pytest.param(False, ahead(KNOT, False), False, 5, id="stretched behind it"),
    ],
)
def test_a_forwarder(
    forwarder_ecs: bool, behind: Resolver, sends: bool, served_s: int
) -> None:
    front = Resolver("front", "lhr", DNSMASQ, forwarder_ecs, forward_to=("ahead",))
    found = chain(with_resolvers(front, behind), "front")
    assert (found.sends_subnet, found.ttl_s(2)) == (sends, served_s)

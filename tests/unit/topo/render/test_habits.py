"""What each product is told when a world asks for other habits than its own."""

from dataclasses import replace

import pytest

from topo.render import resolver_files
from topo.world.plan import make_plan
from topo.world.products import PRODUCTS
from topo.world.records import RecordOrder, ResolverKind, ServerChoice

AHEAD = ("fra-unbound", "iad-bind9")


def rendered(plan, kind, **changes):
    """The configuration of a resolver of that kind: its files and its arguments."""
    forward_to = AHEAD if PRODUCTS[kind].forwards else ()
    own = replace(plan.world.resolvers[1], kind=kind, forward_to=forward_to, ecs=False)
    files, argv = resolver_files(replace(own, **changes), plan, "/run/x")
    texts = [text for name, text in files.items() if name != "root.hints"]
    return "\n".join([*texts, *argv])


@pytest.mark.parametrize(
    ("kind", "changes", "lines"),
    [
        ("unbound", {"prefetch": True}, ["prefetch: yes"]),
        ("unbound", {"prefetch": False}, ["prefetch: no"]),
        ("unbound", {"stale_s": 90}, ["serve-expired: yes", "serve-expired-ttl: 90"]),
        ("unbound", {"order": "fixed"}, ["rrset-roundrobin: no"]),
        ("bind9", {"prefetch": False}, ["prefetch 0;"]),
        ("bind9", {"stale_s": 90}, ["stale-answer-enable yes;", "max-stale-ttl 90;"]),
        ("bind9", {"order": "rotated"}, ["rrset-order { order cyclic; };"]),
        (
            "pdns-recursor",
            {"prefetch": True},
            ["--refresh-on-ttl-perc=10", "--disable-packetcache=yes"],
        ),
        ("pdns-recursor", {"stale_s": 90}, ["--serve-stale-extensions=3"]),
        ("pdns-recursor", {"order": "random"}, ["--disable-packetcache=yes"]),
        ("knot-resolver", {"prefetch": True}, ["modules.load('predict')"]),
        ("knot-resolver", {"stale_s": 90}, ["serve_stale < cache", "ttl + 90 > 0"]),
        ("knot-resolver", {"order": "fixed"}, ["reorder_RR(false)"]),
        ("dnsmasq", {"stale_s": 90}, ["use-stale-cache=90"]),
        ("dnsmasq", {"order": "fixed"}, ["no-round-robin"]),
        ("dnsmasq", {"choice": "all"}, ["all-servers"]),
        ("dnsdist", {"stale_s": 90}, ["setStaleCacheEntriesTTL(90)"]),
        ("dnsdist", {"choice": "rotated"}, ["setServerPolicy(roundrobin)"]),
        ("dnsdist", {"ecs": True}, ["parseECS=true", "setECSSourcePrefixV4(24)"]),
        ("dnsdist", {"max_ttl_s": 9}, ["maxTTL=9"]),
    ],
)
def test_habit(duo, kind, changes, lines):
    told, usual = (
        rendered(duo, ResolverKind(kind), **it) for it in (changes, {"ecs": False})
    )
    for line in lines:
        assert line in told
        assert line not in usual


@pytest.mark.parametrize("kind", ResolverKind)
def test_every_order_and_choice_that_a_product_has_is_rendered(duo, kind):
    product = PRODUCTS[kind]
    for order in RecordOrder:
        if order in product.orders:
            rendered(duo, kind, order=order)
    for choice in ServerChoice:
        if choice in product.choices:
            rendered(duo, kind, choice=choice)


@pytest.mark.parametrize("kind", ResolverKind)
def test_it_listens_on_the_address_that_it_shares(duo, kind):
    resolvers = [replace(it, anycast="public") for it in duo.world.resolvers]
    plan = make_plan(replace(duo.world, resolvers=tuple(resolvers)))
    text = rendered(plan, kind, anycast="public")
    for address in ("11.2.9.10", "2a11:0:2:900::10", "23.53.1.1", "2a23:53:1::1"):
        assert address in text


def test_one_that_forgets_where_it_was_asked_listens_everywhere(duo):
    text = rendered(duo, ResolverKind.UNBOUND, replies_from_own=True)
    assert "interface: 0.0.0.0\n" in text
    assert "interface-automatic: no" in text

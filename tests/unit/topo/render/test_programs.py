from dataclasses import replace

import pytest

from topo.render import nginx_files, resolver_files
from topo.world.records import Resolver, ResolverKind


def rendered(plan, **changes):
    """The configuration of fra-unbound as changed: its file and its arguments."""
    resolver = replace(plan.world.resolvers[0], **changes)
    files, argv = resolver_files(resolver, plan, "/run/x")
    own = [text for name, text in files.items() if name != "root.hints"]
    return "\n".join([*own, *argv])


ECS_LINES = {
    ResolverKind.UNBOUND: 'client-subnet-zone: "frontlab.net"',
    ResolverKind.PDNS_RECURSOR: "edns-subnet-allow-list=frontlab.net",
    ResolverKind.DNSMASQ: "add-subnet=24,56",
}


@pytest.mark.parametrize("kind", ResolverKind)
def test_each_product_stays_in_its_directory_and_on_its_addresses(duo, kind):
    text = rendered(duo, kind=kind, ecs=False, forward_to=("iad-bind9",))
    assert "11.1.3.10" in text
    assert "2a11:0:1:300::10" in text
    assert "/run/x" in text
    assert "{it" not in text


@pytest.mark.parametrize("kind", ECS_LINES)
def test_ecs_is_on_only_where_asked(duo, kind):
    changes = {"kind": kind, "forward_to": ("iad-bind9",)}
    assert ECS_LINES[kind] in rendered(duo, ecs=True, **changes)
    assert ECS_LINES[kind] not in rendered(duo, ecs=False, **changes)


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        pytest.param("unbound", ["cache-min-ttl: 7", "cache-max-ttl: 9"], id="unbound"),
        pytest.param("bind9", ["min-cache-ttl 7;", "max-cache-ttl 9;"], id="bind9"),
        pytest.param(
            "pdns-recursor",
            ["minimum-ttl-override=7", "max-cache-ttl=9", "packetcache-ttl=9"],
            id="pdns-recursor",
        ),
        pytest.param(
            "knot-resolver",
            ["cache.min_ttl(7)", "cache.max_ttl(9)"],
            id="knot-resolver",
        ),
        pytest.param("dnsmasq", ["min-cache-ttl=7", "max-cache-ttl=9"], id="dnsmasq"),
    ],
)
def test_ttl_clamps(duo, kind, lines):
    changes = {"kind": ResolverKind(kind), "ecs": False, "forward_to": ("iad-bind9",)}
    with_clamps = rendered(duo, min_ttl_s=7, max_ttl_s=9, **changes)
    without = rendered(duo, **changes)
    for line in lines:
        assert line in with_clamps
        assert line not in without


def test_forwarder_asks_the_named_resolver(duo):
    text = rendered(duo, kind=ResolverKind.DNSMASQ, forward_to=("iad-bind9",))
    assert f"server={duo.host('iad-bind9').address4}\n" in text


def test_every_resolver_has_the_root(earth):
    for resolver in earth.world.resolvers:
        assert isinstance(resolver, Resolver)
        files, _ = resolver_files(resolver, earth, "/run/x")
        assert "23.53.0.1" in files["root.hints"]


def test_nginx(duo):
    files, argv = nginx_files(duo, duo.host("fra-be2"), "/run/x")
    assert {name: len(text) for name, text in files.items() if "/" in name} == {
        "files/100k": 100_000,
        "files/1m": 1_000_000,
    }
    assert "listen [::]:80 ipv6only=on;" in files["nginx.conf"]
    assert "X-Backend fra-be2 always;" in files["nginx.conf"]
    assert argv[:3] == ["nginx", "-p", "/run/x"]


def test_nginx_listens_on_every_services_port(duo):
    other = replace(duo.world.services[0], name="api", port=8080)
    world = replace(duo.world, services=(*duo.world.services, other))
    plan = replace(duo, world=world)
    files, _ = nginx_files(plan, plan.host("fra-be1"), "/run/x")
    assert files["nginx.conf"].count("listen 80;") == 1
    assert files["nginx.conf"].count("listen 8080;") == 1

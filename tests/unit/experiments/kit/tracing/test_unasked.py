"""Whom a cache spares a question, and what that one would say."""

from ipaddress import ip_address

import pytest
from fakes.runs import plan_of

from experiments.kit.tracing import unasked as module
from experiments.kit.tracing.name_story import Exchange, Hop
from experiments.kit.tracing.unasked import unasked
from topo.render import dns_config

PLAN = plan_of("recursion")
WWW = "www.frontlab.net", "A"


@pytest.fixture(autouse=True)
def _rendered(tmp_path, monkeypatch):
    for site in ("fra", "iad", "sin"):
        folder = tmp_path / f"{site}-ns"
        folder.mkdir()
        (folder / "dns.toml").write_text(dns_config(PLAN, site))
    monkeypatch.setattr(module, "role_folder", lambda name: tmp_path / name)


def hop(host, client, cached=True, renews=False, subnet=""):
    at = PLAN.host(host).address4
    asker = PLAN.host(client).address4
    return Hop(Exchange(host, at, asker, subnet, 0, 1), cached, renews)


def told(*hops):
    return [(it.host, it.asker, it.subnet) for it in unasked(PLAN, WWW, hops)]


@pytest.mark.parametrize(
    ("resolver", "client", "server", "asker", "subnet"),
    [
        pytest.param(
            *("fra-unbound", "sin-far-1", "fra-ns", "fra-unbound", "11.3.19.0/24"),
            id="it sends the client's subnet",
        ),
        pytest.param(
            *("iad-bind9", "sin-far-1", "iad-ns", "iad-bind9", ""),
            id="it sends none",
        ),
        pytest.param(
            *("fra-dnsmasq", "fra-lan-1", "fra-ns", "fra-unbound", "11.1.3.0/24"),
            id="behind a forwarder, it would send the forwarder's",
        ),
    ],
)
def test_who_would_ask_whom(resolver, client, server, asker, subnet):
    assert told(hop(resolver, client)) == [(server, asker, subnet)]


def test_what_it_would_say():
    [it] = unasked(PLAN, WWW, [hop("fra-unbound", "sin-far-1")])
    assert it.reasons.policy == "nearest"
    assert [score.site for score in it.reasons.scores if score.chosen] == ["sin"]
    assert it.reasons.scope_length == 16


def test_a_subnet_that_came_with_the_question_is_sent_on():
    asked = hop("fra-unbound", "fra-home-1", subnet="11.2.0.0/16")
    assert told(asked) == [("fra-ns", "fra-unbound", "11.2.0.0/16")]


@pytest.mark.parametrize(
    "hops",
    [
        pytest.param([], id="nobody was reached"),
        pytest.param([hop("fra-unbound", "fra-home-1", cached=False)], id="a miss"),
        pytest.param([hop("fra-unbound", "fra-home-1", renews=True)], id="it asks on"),
        pytest.param([hop("fra-farm", "fra-mobile-1")], id="a farm asks anyone"),
        pytest.param(
            [
                hop("fra-unbound", "fra-home-1", cached=False),
                hop("fra-ns", "fra-unbound", cached=None),
            ],
            id="the authority was asked",
        ),
    ],
)
def test_nobody_is_named_for_certain(hops):
    assert told(*hops) == []


def test_another_product_keeps_its_reasons(monkeypatch):
    monkeypatch.setattr(module, "nameserver_kind", lambda plan, site: module_kind())
    [it] = unasked(PLAN, WWW, [hop("fra-unbound", "fra-home-1")])
    assert (it.product, it.reasons) == ("gdnsd", None)


def module_kind():
    return module.NameserverKind.GDNSD


def test_an_address_of_the_sixth_version_has_a_subnet_too():
    assert module._subnet(ip_address("2a11:0:1:1000::10")) == "2a11:0:1:1000::/56"

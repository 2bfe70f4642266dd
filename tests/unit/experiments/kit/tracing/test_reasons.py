import json

import pytest
from fakes.runs import plan_of

from balancer.nameserver.loading.load import check_content
from experiments.kit.tracing.reasons import reasons
from topo.render import dns_config

PLAN = plan_of("recursion")
NAME = "www.frontlab.net"
ALIASES = """
[[zone.service]]
name = "cdn.frontlab.net"
ttl = "20 s"
policy = "nearest"
site = [
  { name = "fra", alias = "www.frontlab.net" },
  { name = "iad", alias = "short-iad-bind9.frontlab.net" },
]
"""
UNBOUND, PDNS = (str(PLAN.host(it).address4) for it in ("fra-unbound", "iad-pdns"))


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ns")
    path = folder / "dns.toml"
    text = dns_config(PLAN, "iad", str(folder / "steering.json"))
    path.write_text(text + ALIASES)
    return check_content(path)


def scores(told):
    return {it.site: (it.distance_ms, it.usable) for it in told.scores}


def chosen(told):
    return [it.site for it in told.scores if it.chosen]


def test_the_resolver_is_placed_when_there_is_no_subnet(content):
    told = reasons(content, (NAME, "A"), (UNBOUND, ""))
    assert (told.policy, told.by, told.address) == ("nearest", "resolver", UNBOUND)
    assert told.location == "fra"
    assert chosen(told) == ["fra"]
    assert scores(told) == {
        "fra": (0.5, True),
        "iad": (88.0, True),
        "sin": (160.0, True),
    }


def test_the_client_is_placed_when_there_is_one(content):
    told = reasons(content, (NAME, "AAAA"), (PDNS, "11.3.19.0/24"))
    assert (told.by, told.address) == ("client", "11.3.19.0/24")
    assert (told.location, chosen(told)) == ("sin", ["sin"])
    assert 0 < told.scope_length <= 24


def test_an_alias_that_is_chosen(content):
    told = reasons(content, ("CDN.frontlab.net", "A"), (PDNS, ""))
    assert (told.policy, told.location, chosen(told)) == ("nearest", "iad", ["iad"])


def test_a_client_that_opts_out_is_where_its_resolver_is(content):
    told = reasons(content, (NAME, "A"), (PDNS, "0.0.0.0/0"))
    assert told.location == "iad"


def test_a_drained_site_is_not_to_be_used(content):
    steering = content.guide.steering
    full = {"load": 900.0, "capacity": 1000.0}
    sites = {"fra": {"drained": True}, "iad": full, "sin": {"healthy": False}}
    steering.write_text(json.dumps({"version": 7, "sites": sites}))
    try:
        told = reasons(content, (NAME, "A"), (UNBOUND, ""))
    finally:
        steering.unlink()
    assert (chosen(told), told.steering_version) == (["iad"], 7)
    assert scores(told)["fra"] == (0.5, False)
    assert [it.state for it in told.scores] == ["drained", "", "down"]
    assert [it.load for it in told.scores] == [0.0, 900.0, 0.0]
    assert [it.capacity for it in told.scores] == [None, 1000.0, None]


@pytest.mark.parametrize(
    ("name", "policy", "sites"),
    [
        ("many-iad-bind9.frontlab.net", "static", ["fra", "iad", "sin"]),
        ("drained0-iad-bind9.frontlab.net", "failover", ["fra"]),
        ("users0-iad-bind9.frontlab.net", "weighted", ["fra", "iad", "sin"]),
        ("short-iad-bind9.frontlab.net", "records", []),
        ("nothing.frontlab.net", "records", []),
    ],
)
def test_other_policies_and_none(content, name, policy, sites):
    told = reasons(content, (name, "A"), (UNBOUND, ""))
    assert (told.policy, chosen(told)) == (policy, sites)

"""A name explained in a running lab: first from the authority, then from the cache."""

import json

import pytest

from topo.lab.paths import status_path

from .command import answer, frontlab, lab, own

pytestmark = pytest.mark.live

NAME = own("explain-name")
METRICS = ("curl", "-s", "http://127.0.0.1:9153/metrics")
# One TTL of a minute each: what the cache has cannot end between two questions.
ECS, PLAIN = "steered-fra-unbound.frontlab.net", "steered-iad-bind9.frontlab.net"


@pytest.fixture(scope="module")
def duo():
    with lab(NAME) as raised:
        yield raised


def explained(name, client, kind="A"):
    return answer("explain", name, "--from", client, "--type", kind, "--lab", NAME)


def test_a_client_subnet_from_miss_to_hit(duo):
    miss = explained(ECS, "iad-home-1")
    resolver, authority = miss["hops"]
    assert (resolver["host"], resolver["outcome"]) == ("fra-unbound", "miss")
    assert (authority["host"], authority["subnet"]) == ("fra-ns", "11.2.16.0/24")
    why = authority["reasons"]
    assert (why["policy"], why["by"], why["location"]) == ("nearest", "client", "iad")
    chosen = [it["site"] for it in why["scores"] if it["chosen"]]
    assert chosen == [miss["answer"]["datacenter"]] == ["iad"]
    assert authority["scope"].endswith(f"/{why['scope_length']}")
    assert miss["unasked"] == []
    again = explained(ECS, "iad-home-1")
    [hit], [spared] = again["hops"], again["unasked"]
    assert (spared["host"], spared["subnet"]) == ("fra-ns", "11.2.16.0/24")
    assert spared["reasons"] == why
    assert (hit["outcome"], hit["asker"]) == ("hit", "11.2.16.10")
    assert 0 < hit["ttl_s"] <= 60


def test_without_subnets_the_resolver_is_placed(duo):
    told = explained(PLAIN, "fra-office-1", "AAAA")
    why = told["hops"][-1]["reasons"]
    assert (why["by"], why["address"], why["location"]) == (
        *("resolver", "11.2.3.10", "iad"),
    )
    assert told["answer"]["datacenter"] == "iad"


def test_the_question_is_in_metrics_and_samples(duo):
    name = "steered-fra-unbound.frontlab.net"
    [seen] = [it for it in explained(name, "fra-home-1")["hops"] if it["reasons"]]
    metrics, _ = frontlab("exec", "--lab", NAME, seen["host"], "--", *METRICS)
    assert 'frontlab_dns_steered_total{policy="nearest",site="fra"}' in metrics
    path = str(status_path(seen["host"]))
    words = ("python", "-m", "balancer", "status", path)
    told, _ = frontlab("exec", "--lab", NAME, seen["host"], "--", *words)
    assert name in {it["name"] for it in json.loads(told)["samples"]}


def test_in_words(duo):
    out, _ = frontlab("explain", "www", "--from", "fra-home-1", "--lab", NAME)
    assert out.startswith("www.frontlab.net A, asked by fra-home-1 (fra, 11.1.16.10)\n")
    assert "1. fra-unbound (fra, resolver, unbound)" in out
    assert "  =  23.0.1.80 (fra), TTL" in out


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        pytest.param(["no", "--from", "fra-home-1"], 1, "NXDOMAIN", id="no such name"),
        pytest.param(["www", "--from", "fra-ns"], 2, "is no client", id="no client"),
        pytest.param(
            ["www", "--from", "fra-home-1", "--type", "MX"], 2, "none of A", id="type"
        ),
    ],
)
def test_what_cannot_be_explained(duo, words, status, told):
    out, error = frontlab("explain", *words, "--lab", NAME, status=status)
    assert told in out + error

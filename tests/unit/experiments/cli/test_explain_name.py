"""The story of a question, in words."""

from dataclasses import replace
from ipaddress import ip_address

import pytest

from experiments.cli.console import OUT, show_lines
from experiments.cli.explain_name import lines
from experiments.kit.clients.dns_exchange import Question, Reply
from experiments.kit.tracing.explained import Explained, Told
from experiments.kit.tracing.name_story import Exchange, Hop
from experiments.kit.tracing.reasons import Reasons, Score
from experiments.kit.tracing.unasked import Unasked

CLIENT, RESOLVER = ip_address("11.1.16.10"), ip_address("11.1.3.10")
ANYCAST, VIP = ip_address("23.53.0.53"), ip_address("23.0.1.80")


def score(site, ms, chosen=False, **more):
    plain = {"weight": 1.0, "load": 0.0, "capacity": None, "state": "", "usable": True}
    return Score(site=site, distance_ms=ms, chosen=chosen, **{**plain, **more})


def why(policy="nearest", *scores):
    two = score("fra", 0.5, True), score("iad", 88.0)
    return Reasons(policy, "client", "11.1.16.0/24", "fra", scores or two, 15, 0)


def exchange(host, asked_at, asker, subnet="", scope=""):
    return Exchange(
        *(host, asked_at, asker, subnet, 0, 2_000_000, "NOERROR", (str(VIP),), 17),
        scope=scope,
    )


def told(cached):
    return Told(
        Hop(exchange("fra-unbound", RESOLVER, CLIENT), cached), "fra", "unbound"
    )


def authority(reasons):
    asked = exchange("fra-ns", ANYCAST, RESOLVER, "11.1.16.0/24", "11.0.0.0/15")
    return Told(Hop(asked, None), "fra", "ours", reasons)


def story(*hops, unasked=()):
    return Explained(
        question=Question("fra-home-1", RESOLVER, "www.frontlab.net"),
        address=CLIENT,
        site="fra",
        hops=hops,
        unasked=tuple(unasked),
        reply=Reply(60, False, 0, (VIP,), 17, None, RESOLVER, 3.0),
        datacenter="fra",
    )


def test_a_miss_ends_at_the_authority_with_its_reasons():
    assert lines(story(told(cached=False), authority(why()))) == [
        "www.frontlab.net A, asked by fra-home-1 (fra, 11.1.16.10)",
        "  1. fra-unbound (fra, resolver, unbound), asked at 11.1.3.10: MISS, asks on",
        "     23.0.1.80, TTL 17 s, after 2.0 ms",
        "  2. fra-ns (fra, authority, ours), asked at 23.53.0.53: answers",
        "     was asked for the client subnet 11.1.16.0/24, and says for 11.0.0.0/15",
        "     policy nearest: the nearest site that may be used",
        "     11.1.16.0/24 (client) is at fra",
        "     the answer holds for the first 15 bits of its address",
        "       fra       0.5 ms  <- chosen",
        "       iad        88 ms",
        "     23.0.1.80, TTL 17 s, after 2.0 ms",
        "  =  23.0.1.80 (fra), TTL 17 s, after 3.0 ms",
    ]


def test_behind_a_hit_is_what_the_authority_would_say():
    behind = Unasked("fra-ns", "fra", "ours", "fra-unbound", "11.1.16.0/24", why())
    found = lines(story(told(cached=True), unasked=[behind]))
    assert found[1].endswith("11.1.3.10: HIT")
    assert found[3:6] == [
        "  -  fra-ns (fra, authority, ours), not asked; if fra-unbound asked now with "
        "the client subnet 11.1.16.0/24:",
        "     policy nearest: the nearest site that may be used",
        "     11.1.16.0/24 (client) is at fra",
    ]


@pytest.mark.parametrize(
    ("policy", "candidate", "line"),
    [
        pytest.param(
            *("weighted", score("fra", 0.5, True, weight=3.0)),
            "fra       0.5 ms  weight 3  <- in the draw",
            id="by weight",
        ),
        pytest.param(
            *("load", score("fra", 0.5, load=1200.0, capacity=1000.0)),
            "fra       0.5 ms  load 1200 of 1000",
            id="by load",
        ),
        pytest.param(
            *("load", score("fra", None, True)),
            "fra            -  load 0 of no bound  <- chosen",
            id="of which nothing is known",
        ),
        pytest.param(
            *("nearest", score("fra", 0.5, state="drained", usable=False)),
            "fra       0.5 ms  drained",
            id="drained",
        ),
    ],
)
def test_scores_are_those_that_the_policy_goes_by(policy, candidate, line):
    found = lines(story(authority(why(policy, candidate))))
    assert found[-3] == f"       {line}"


def test_an_answer_may_hold_for_everybody():
    found = lines(story(authority(replace(why(), scope_length=0))))
    assert "     the answer holds for everybody" in found


def test_a_name_without_a_policy_and_a_product_that_is_not_ours():
    assert "     no policy has to do with it" in lines(
        story(authority(Reasons("records")))
    )
    assert any("none of our" in line for line in lines(story(authority(None))))


@pytest.mark.parametrize("columns", [40, 80])
def test_no_line_is_wider_than_the_terminal(capsys, monkeypatch, columns):
    monkeypatch.setattr(type(OUT), "width", columns)
    show_lines(lines(story(told(cached=False), authority(why()))))
    out = capsys.readouterr().out.splitlines()
    assert max(map(len, out)) <= columns
    below = [line for line in out if line.startswith("        ")]
    assert bool(below) == (columns == 40)


def test_an_empty_line_stays(capsys):
    show_lines(["a", "", "b"])
    assert capsys.readouterr().out == "a\n\nb\n"

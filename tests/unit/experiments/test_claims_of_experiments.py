"""What each experiment claims about rows that are right, and about wrong ones."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from fakes.runs import caches, fetches, plan_of

from experiments import dsr_reply_paths, resolver_caching
from experiments.kit.judging.verdict import Verdict, judge

FETCHES = fetches(plan_of("duo"))
CACHES = caches(plan_of("duo"))


def broken(claims: Sequence[Any]) -> dict[str, bool | None]:
    return {it.name: it.holds for it in claims if it.holds is not True}


def changed(rows: Sequence[Any], **changes: object) -> list[Any]:
    return [replace(rows[-1], **changes), *rows[:-1]]


def test_right_rows_pass() -> None:
    assert broken(dsr_reply_paths.claims(FETCHES)) == {}
    assert broken(resolver_caching.claims(CACHES)) == {}


@pytest.mark.parametrize(
    ("changes", "claims"),
    [
        pytest.param({"replies_at_balancer": 1}, {"replies": False}, id="a stray"),
        pytest.param({"proven": False, "reason": "x"}, {"path": False}, id="unproven"),
        pytest.param({"status": 503}, {"path": False}, id="an HTTP error"),
        pytest.param({"request_length": 10**6}, {"octets": False}, id="a proxy"),
        pytest.param({"datacenter": "iad"}, {"steering": False}, id="sent elsewhere"),
        pytest.param({"datacenter": ""}, {"steering": False}, id="sent nowhere"),
    ],
)
def test_a_wrong_fetch_fails(
    changes: dict[str, object], claims: dict[str, bool | None]
) -> None:
    home = [row for row in FETCHES if row.wanted == "fra"]
    assert broken(dsr_reply_paths.claims(changed(home, **changes))) == claims


def test_balancers_that_translate_are_found_out() -> None:
    rows = [replace(row, reply_packets=0, replies_at_balancer=9) for row in FETCHES]
    assert broken(dsr_reply_paths.claims(rows)) == {"replies": False}


@pytest.mark.parametrize(
    ("changes", "claims"),
    [
        pytest.param({"returned_ttl_s": 30}, {"ttl": False}, id="stretched"),
        pytest.param({"returned_ttl_s": None}, {"ttl": False}, id="no answer at all"),
        pytest.param({"requery_s": 9.0}, {"re-query": False}, id="asked late"),
        pytest.param({"requery_s": None}, {"re-query": None}, id="never asked again"),
        pytest.param({"misses": 160}, {"authority load": False}, id="no cache"),
        pytest.param({"misses": 24}, {"authority load": False}, id="TTL doubled"),
        pytest.param(
            {"misses_twice": 40.0}, {"authority load": None}, id="cannot be told apart"
        ),
        pytest.param({"steered_queries": 3}, {"client subnets": False}, id="subnets"),
        pytest.param({"unanswered": 9}, {"answered": False}, id="overloaded"),
    ],
)
def test_a_wrong_cache_fails(
    changes: dict[str, object], claims: dict[str, bool | None]
) -> None:
    assert broken(resolver_caching.claims(changed(CACHES, **changes))) == claims


def test_no_rows_decide_nothing() -> None:
    for experiment in (dsr_reply_paths, resolver_caching):
        verdict, _ = judge(experiment.claims([]), [])
        assert verdict is Verdict.INCONCLUSIVE

"""What the experiments about names claim of rows that are right, and of wrong ones."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from experiments import (
    anycast_resolvers,
    multiple_records,
    reply_size,
    resolver_distance,
    resolver_population,
    ttl_and_drain,
)
from experiments.kit.judging.verdict import Verdict, judge
from experiments.kit.names.distance import DistanceRow
from experiments.kit.names.drain import DrainRow
from experiments.kit.names.population import ReplyRow
from experiments.kit.names.reply_sizes import SizeRow
from experiments.kit.names.shared_resolvers import SharedRow
from experiments.kit.names.shares import ShareRow

FITS = SizeRow(
    *("iad-bind9", "bind9", "A", 29, 29, 512, False, 498, 498, False, 29, 29),
    *(88.0, 90.0, 180.0),
)
CUT = replace(FITS, count=30, whole_octets=514, truncated=True, stream_records=30)
FIRST = ShareRow(
    *("iad-bind9", "bind9", True, "first record", 4, 4, 60, "198.18.2.1"),
    *(0.3, 0.25, 0.4, "11.250.0.1"),
)
REPEATED = replace(FIRST, kind="pdns-recursor", varies=False, kept_share=0.95)
DRAWN = replace(FIRST, stack="random record")
SORTED = replace(FIRST, stack="RFC 6724", top="11.250.0.1", top_share=1.0)
PINNED = replace(FIRST, stack="pinned", top_share=1.0)
EYEBALLS = replace(FIRST, stack="Happy Eyeballs", family=0, top="2a23:0:1::80")
MOVED = [
    DrainRow("iad-bind9", "bind9", f"drained{k}", 1, 20, 1, 60, k, 4.0 * k, False)
    for k in range(6)
]
CLAMPED = replace(
    MOVED[0], resolver="sin-clamped", served_ttl_s=90, stale=60, held=True
)
FAR = DistanceRow(
    *("sin-far", "sin", "iad-pdns", "iad-pdns", "iad", 210.0, 1, True, "sin", 0.5),
    *("iad", 210.0, "sin", 0.5, "iad", "sin", 0.5, 4, 2, 2),
)
BLIND = replace(
    FAR, recursive="iad-bind9", subnet_sent=False, sent="iad", sent_ms=210.0, queries=1
)
SHARED = SharedRow(
    *("public", False, "fra-home-1", "fra", 10, 40, 40, 0, False),
    *("public-fra1 21, public-fra2 19", "fra", "fra", 2, 0.75, 18, 18, 2, "fra", 1),
)
ODD = replace(SHARED, asked="odd", instances=1, elsewhere=40, replies_from_own=True)
FARM = replace(SHARED, asked="fra-farm", farm=True, datacenters="iad sin", possible=2)


def replies() -> list[ReplyRow]:
    """Return what Zipf's law makes of fifty names in five TTLs of 5 s."""
    weights = [1 / rank for rank in range(1, 51)]
    found, chance = [], random.Random(1)
    for rank, weight in enumerate(weights, start=1):
        rate_qps = 90 * weight / sum(weights)
        count = max(1, round(25 * rate_qps / (1 + 5 * rate_qps)))
        for k in range(count):
            site = chance.choice(("fra", "iad", "sin"))
            found.append(
                ReplyRow(
                    *(f"users{rank}", "iad-bind9", "bind9", rank),
                    *(weight / sum(weights), rate_qps, 5.0 * k, site, 3),
                    max(1, round(25 * rate_qps / count)),
                )
            )
    return found


RIGHT: dict[Any, Sequence[Any]] = {
    reply_size: [FITS, CUT],
    multiple_records: [FIRST, REPEATED, DRAWN, SORTED, PINNED, EYEBALLS],
    ttl_and_drain: [*MOVED, *MOVED, replace(CLAMPED, name="x")],
    resolver_distance: [FAR, BLIND],
    resolver_population: replies(),
    anycast_resolvers: [SHARED, ODD, FARM],
}


def broken(claims: Sequence[Any]) -> dict[str, bool | None]:
    return {it.name: it.holds for it in claims if it.holds is not True}


@pytest.mark.parametrize("experiment", RIGHT, ids=lambda it: it.__name__)
def test_right_rows_pass_and_no_rows_decide_nothing(experiment: Any) -> None:
    assert broken(experiment.claims(RIGHT[experiment])) == {}
    verdict, _ = judge(experiment.claims([]), [])
    assert verdict is Verdict.INCONCLUSIVE
    for rows in (RIGHT[experiment], []):
        assert experiment.figures(rows)


@pytest.mark.parametrize(
    ("experiment", "row", "changes", "claims"),
    [
        pytest.param(reply_size, FITS, {"truncated": True}, {"fits"}, id="cut early"),
        pytest.param(reply_size, CUT, {"truncated": False}, {"one more"}, id="no TC"),
        pytest.param(reply_size, CUT, {"octets": 514}, {"bound"}, id="too long"),
        pytest.param(reply_size, CUT, {"stream_records": 9}, {"by TCP"}, id="by TCP"),
        pytest.param(reply_size, CUT, {"stream_ms": 90.0}, {"cost"}, id="too fast"),
        pytest.param(multiple_records, DRAWN, {"p_equal": 0}, {"drawn"}, id="skewed"),
        pytest.param(
            multiple_records, FIRST, {"kept_share": 1.0}, {"rotated"}, id="frozen"
        ),
        pytest.param(
            multiple_records, REPEATED, {"kept_share": 0.3}, {"repeated"}, id="shuffled"
        ),
        pytest.param(
            multiple_records, SORTED, {"top": "x"}, {"longest prefix"}, id="unsorted"
        ),
        pytest.param(
            multiple_records, PINNED, {"top_share": 0.5}, {"pinned"}, id="unpinned"
        ),
        pytest.param(
            multiple_records, EYEBALLS, {"top": "1.2.3.4"}, {"Happy Eyeballs"}, id="v4"
        ),
        pytest.param(
            ttl_and_drain, MOVED[1], {"moved_s": 24.0}, {"within the TTL"}, id="late"
        ),
        pytest.param(
            resolver_distance, FAR, {"unaided": "sin"}, {"resolver's place"}, id="guess"
        ),
        pytest.param(
            resolver_distance, FAR, {"unaided_ms": 999.0}, {"regret"}, id="regret"
        ),
        pytest.param(
            resolver_distance, FAR, {"aided": "fra"},
            {"subnet's place", "real resolvers"}, id="wrong map",
        ),
        pytest.param(
            resolver_distance, BLIND, {"sent": "sin"}, {"real resolvers"}, id="too good"
        ),
        pytest.param(resolver_distance, FAR, {"queries": 1}, {"price"}, id="for free"),
        pytest.param(
            resolver_distance, BLIND, {"queries": 3}, {"one for all"}, id="no cache"
        ),
        pytest.param(
            anycast_resolvers, SHARED, {"sites": "sin"}, {"nearest site"}, id="far away"
        ),
        pytest.param(
            anycast_resolvers, SHARED, {"p_equal": 1e-9}, {"any instance"}, id="one"
        ),
        pytest.param(
            anycast_resolvers, FARM, {"fetched": 30}, {"each for itself"}, id="twice"
        ),
        pytest.param(
            anycast_resolvers, SHARED, {"pairs": 10, "fetched": 10}, {"asked again"},
            id="a shared cache",
        ),
        pytest.param(
            anycast_resolvers, SHARED, {"elsewhere": 1}, {"same address"}, id="stray"
        ),
        pytest.param(
            anycast_resolvers, ODD, {"elsewhere": 39}, {"other address"}, id="not odd"
        ),
        pytest.param(
            anycast_resolvers, FARM, {"datacenters": "iad"}, {"from anywhere"}, id="one"
        ),
    ],
)  # fmt: skip
def test_one_wrong_row_fails_its_claim(
    experiment: Any, row: Any, changes: dict[str, Any], claims: set[str]
) -> None:
    rows = [replace(row, **changes) if it is row else it for it in RIGHT[experiment]]
    found = broken(experiment.claims(rows))
    assert {name for name, holds in found.items() if holds is False} == claims


def test_a_resolver_that_is_clamped_and_yet_moves_in_time_is_told() -> None:
    rows = [*MOVED, replace(CLAMPED, held=False, moved_s=5.0)]
    assert broken(ttl_and_drain.claims(rows)) == {"tail": False}


def test_a_drain_that_nobody_follows_misses_what_was_published() -> None:
    rows = [replace(row, held=True) for row in MOVED]
    found = broken(ttl_and_drain.claims(rows))
    assert found["published"] is found["within the TTL"] is False


def test_replies_that_all_lead_to_one_place_are_not_drawn() -> None:
    rows = [replace(row, site="fra") for row in replies()]
    assert broken(resolver_population.claims(rows)) == {"shares": False}


def test_one_datacenter_says_nothing_of_shares() -> None:
    rows = [replace(row, site="fra", sites=1) for row in replies()]
    assert broken(resolver_population.claims(rows)) == {"shares": None}


def test_replies_by_the_hundred_are_not_a_caches() -> None:
    rows = replies()
    more = [replace(rows[0], from_s=0.1 * k) for k in range(100)]
    assert broken(resolver_population.claims([*rows, *more]))["renewed"] is False

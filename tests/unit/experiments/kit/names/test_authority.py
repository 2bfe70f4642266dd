from dataclasses import replace
from ipaddress import ip_network

import pytest
from fakes.runs import authority_frame, plan_of, scope_frame

from experiments.kit.names.authority import (
    RETRY_NS,
    ToldScope,
    authority_queries,
    queries_wanted,
    times_by_name,
    told_scopes,
)
from experiments.kit.packets.sighting import sightings

PLAN = plan_of("duo")
NAME = "short-fra-unbound.frontlab.net"


def test_a_question_is_told_in_lower_case() -> None:
    frame = authority_frame(PLAN, "ShOrt-fra-unbound.frontlab.net", 1.0)
    [query] = authority_queries(sightings([frame]))
    assert query.name == NAME
    assert query.time_ns == frame.time_ns


def test_answers_other_types_and_nonsense_are_left_out() -> None:
    frame = authority_frame(PLAN, NAME, 1.0)
    other_type = frame.data[:-3] + b"\x02" + frame.data[-2:]
    endless = frame.data[:54] + b"\x3f" + frame.data[55:]
    assert not authority_queries(
        sightings(
            [
                replace(frame, to_host=False),
                replace(frame, data=other_type),
                replace(frame, data=endless),
                replace(frame, data=frame.data[:48], length=48),
            ]
        )
    )


def test_retries_are_left_out() -> None:
    at_s = (1.0, 1.3, 1.0 + RETRY_NS / 1e9, 5.0)
    frames = [authority_frame(PLAN, NAME, it) for it in at_s]
    queries = authority_queries(sightings(frames))
    assert len(queries) == 4
    assert len(times_by_name(queries)[NAME]) == 3


def test_a_scope_is_told_with_its_subnet() -> None:
    subnet = ip_network("11.1.16.0/24")
    frame = scope_frame(PLAN, NAME, 1.0, subnet, 15)
    assert told_scopes(sightings([frame])) == [
        ToldScope(NAME, subnet, ip_network("11.0.0.0/15"))
    ]
    cut_short = replace(frame, data=frame.data[:100])
    assert told_scopes(sightings([cut_short])) == []
    assert told_scopes(sightings([replace(frame, to_host=True)])) == []


def told(*pairs: tuple[str, str]) -> list[ToldScope]:
    return [ToldScope(NAME, ip_network(a), ip_network(b)) for a, b in pairs]


@pytest.mark.parametrize(
    ("subnets", "scopes", "wanted"),
    [
        pytest.param(
            ["11.1.16.0/24", "11.3.16.0/24"],
            told(("11.1.16.0/24", "11.1.16.0/24"), ("11.3.16.0/24", "11.3.0.0/16")),
            2,
            id="apart",
        ),
        pytest.param(
            ["11.1.16.0/24", "11.1.17.0/24"],
            told(("11.1.16.0/24", "11.0.0.0/15")),
            1,
            id="one scope for both",
        ),
        pytest.param(
            ["11.1.16.0/24", "11.1.17.0/24"],
            told(("11.1.16.0/24", "0.0.0.0/0")),
            1,
            id="scope 0 is for everybody",
        ),
        pytest.param(
            ["11.1.16.0/24", "11.3.16.0/24"],
            told(("11.1.16.0/24", "11.1.0.0/16")),
            2,
            id="the second should have been asked for",
        ),
        pytest.param(["11.1.16.0/24"], [], 1, id="nothing told"),
    ],
)
def test_queries_wanted(
    subnets: list[str], scopes: list[ToldScope], wanted: int
) -> None:
    assert queries_wanted([ip_network(it) for it in subnets], scopes) == wanted

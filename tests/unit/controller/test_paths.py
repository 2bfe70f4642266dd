from math import inf

import pytest
from fakes.fabrics import random_fabric, wire
from hypothesis import given
from hypothesis import strategies as st

from controller.fabric import Port
from controller.paths import Distance, Path, shortest_paths

NONE_DOWN = frozenset()


@pytest.mark.parametrize(
    ("wires", "path"),
    [
        pytest.param(
            [wire("a", "b", 1), wire("b", "d", 1.5), wire("a", "d", 3)],
            Path(Distance(2500, 2), "b", "a-b"),
            id="over a cheaper one",
        ),
        pytest.param(
            [
                wire("a", "c", 1),
                wire("c", "d", 1),
                wire("a", "b", 1),
                wire("b", "d", 1),
            ],
            Path(Distance(2000, 2), "b", "a-b"),
            id="a tie goes by name",
        ),
        pytest.param(
            [wire("a", "b", 0), wire("b", "d", 2), wire("a", "d", 2)],
            Path(Distance(2000, 1), "d", "a-d"),
            id="fewer hops for the same cost",
        ),
        pytest.param([wire("a", "b", 1)], None, id="out of reach"),
    ],
)
def test_path_from_a_to_d(wires, path):
    assert shortest_paths("abcd", wires, NONE_DOWN)["a"].get("d") == path


@pytest.mark.parametrize("end", [Port("a", "a-b"), Port("b", "b-a")])
def test_a_wire_with_an_end_down_is_not_used(end):
    paths = shortest_paths("ab", [wire("a", "b", 1)], frozenset([end]))
    assert paths == {"a": {}, "b": {}}


@given(st.integers(0, 10_000))
def test_costs_are_floyd_and_warshall_s(seed):
    fabric = random_fabric(seed)
    sites = [router.site for router in fabric.routers]
    cost = {(a, b): 0 if a == b else inf for a in sites for b in sites}
    for it in fabric.wires:
        cost_us = round(it.cost_ms * 1000)
        cost[it.a, it.b] = cost[it.b, it.a] = min(cost_us, cost[it.a, it.b])
    for k in sites:
        for a in sites:
            for b in sites:
                cost[a, b] = min(cost[a, b], cost[a, k] + cost[k, b])
    paths = shortest_paths(sites, fabric.wires, NONE_DOWN)
    assert cost == {
        (a, b): 0 if a == b else paths[a][b].distance.cost_us
        for a in sites
        for b in sites
    }


@given(st.integers(0, 10_000))
def test_the_distance_falls_with_every_hop(seed):
    fabric = random_fabric(seed)
    sites = [router.site for router in fabric.routers]
    paths = shortest_paths(sites, fabric.wires, NONE_DOWN)
    for source in sites:
        for target, path in paths[source].items():
            if path.next_site != target:
                assert paths[path.next_site][target].distance < path.distance

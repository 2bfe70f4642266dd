from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topo.world.delay import (
    distance_km,
    distance_rtt_ms,
    reachable,
    round_trips,
    shortest_paths,
)
from topo.world.records import Shape, Site, WanLink, World


def site(name, latitude=0.0, longitude=0.0):
    return Site(name, "", "", "r", latitude, longitude)


def world(*links):
    names = dict.fromkeys(end for a, b, _ in links for end in (a, b))
    shaped = tuple(WanLink(a, b, Shape(ms / 2), Shape(ms / 2)) for a, b, ms in links)
    empty = World("w", "", "a.net", (), (), (), (), (), ())
    return replace(empty, sites=tuple(map(site, names)), links=shaped)


FRA, SYD = site("fra", 50.0264, 8.54313), site("syd", -33.9461, 151.177)


@pytest.mark.parametrize(
    ("a", "b", "km"),
    [
        pytest.param(FRA, FRA, 0, id="nowhere"),
        pytest.param(site("a"), site("b", 0, 90), 10007.6, id="quarter of the equator"),
        pytest.param(site("a", 90), site("b", -90), 20015.1, id="pole to pole"),
        pytest.param(site("a", 0, 179), site("b", 0, -179), 222.4, id="date line"),
        pytest.param(FRA, SYD, 16500, id="Frankfurt to Sydney"),
    ],
)
def test_great_circle(a, b, km):
    assert distance_km(a, b) == pytest.approx(km, rel=0.002)


def test_light_needs_a_millisecond_for_66_km_there_and_back():
    # 4/9 of 299.8 km/ms is 133.2 km/ms, there and back.
    assert distance_rtt_ms(site("a"), site("b", 0, 90)) == pytest.approx(150.2, abs=0.1)


PLACES = st.builds(site, st.just("x"), st.floats(-90, 90), st.floats(-180, 180))


@given(PLACES, PLACES)
def test_distance_is_symmetric_and_at_most_half_way_round(a, b):
    assert distance_km(a, b) == pytest.approx(distance_km(b, a))
    assert 0 <= distance_km(a, b) <= 20016


def test_shortest_path_and_not_fewest_links():
    paths = shortest_paths(world(("a", "b", 10), ("b", "c", 10), ("a", "c", 50)))
    assert paths["a", "c"] == paths["c", "a"] == 20
    assert paths["a", "a"] == 0
    assert len(paths) == 9


def test_asymmetric_link_counts_both_ways():
    links = (WanLink("a", "b", Shape(30), Shape(50)),)
    lopsided = replace(world(("a", "b", 1)), links=links)
    assert shortest_paths(lopsided)["b", "a"] == 80


EDGES = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde"), st.integers(0, 99)),
    min_size=1,
)


@given(EDGES)
def test_paths_obey_the_triangle_and_connect_what_is_connected(edges):
    paths = shortest_paths(world(*edges))
    for (a, b), rtt_ms in paths.items():
        assert paths[b, a] == rtt_ms
        for (c, d), more_ms in paths.items():
            if b == c:
                assert paths[a, d] <= rtt_ms + more_ms
    start = edges[0][0]
    pairs = [(a, b) for a, b, _ in edges]
    assert {b for a, b in paths if a == start} == reachable(start, pairs)


def test_jitter_and_loss_add_up_along_the_path_of_least_delay():
    lossy, early = Shape(10, jitter_ms=4, loss=0.5), Shape(5, jitter_ms=2)
    links = (WanLink("a", "b", lossy, early), WanLink("b", "c", early, early))
    trip = round_trips(replace(world(("a", "b", 1), ("b", "c", 1)), links=links))
    assert trip["a", "c"].rtt_ms == 25
    assert trip["a", "c"].mean_ms == 25 + (4 + 2 + 2 + 2) / 2
    assert trip["a", "c"].delivery == 0.5

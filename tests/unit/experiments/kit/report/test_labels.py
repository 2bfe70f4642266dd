import random

import pytest
from fakes.runs import fetches, plan_of

from experiments.kit.drawings import ways
from experiments.kit.report.arcs import Point, arc, copies, nearer_copy, place
from experiments.kit.report.labels import Box, Surroundings, place_labels
from experiments.kit.report.worldmap import FRAME, map_view


@pytest.mark.parametrize("world", ["earth", "duo"])
def test_no_label_hides_another_or_leaves_the_map(world: str) -> None:
    plan = plan_of(world)
    view = map_view(plan.world, ways(fetches(plan)))
    assert len(view.labels) == len({mark.at for mark in view.marks} | set()) - len(
        [it for it in plan.world.datacenters if _has_clients(plan, it.site)]
    )
    for k, label in enumerate(view.labels):
        assert label.box.inside(FRAME)
        assert not any(label.box.overlaps(it.box) for it in view.labels[:k])


def _has_clients(plan: object, site: str) -> bool:
    networks = plan.world.client_networks  # type: ignore[attr-defined]
    return any(network.site == site for network in networks)


def test_request_and_reply_are_apart() -> None:
    plan = plan_of("earth")
    view = map_view(plan.world, ways(fetches(plan)))
    paths = [line.path for line in view.lines]
    assert len(set(paths)) == len(paths)
    kinds = [line.kind for line in view.lines]
    assert kinds.count("request") == kinds.count("reply")


def test_a_way_over_the_pacific_leaves_the_map_on_both_sides() -> None:
    sydney, dulles = place(-33.9, 151.2), place(38.9, -77.5)
    assert nearer_copy(sydney, dulles).x == dulles.x + 3600
    assert len(copies(arc(sydney, dulles, 20))) == 2
    assert len(copies(arc(place(50.0, 8.6), dulles, 20))) == 1


def test_labels_spread_where_places_crowd() -> None:
    source = random.Random(2)
    points = [
        Point(1800 + source.uniform(-150, 150), 700 + source.uniform(-150, 150))
        for _ in range(8)
    ]
    around = Surroundings(Box(0, 0, 3600, 1500), [], [])
    labels = place_labels([(f"City {k}", p) for k, p in enumerate(points)], 30, around)
    for k, label in enumerate(labels):
        assert not any(label.box.overlaps(it.box) for it in labels[:k])


@pytest.mark.parametrize(
    ("box", "align", "x"),
    [
        pytest.param(Box(60, 0, 100, 10), "start", 60, id="to the right"),
        pytest.param(Box(0, 0, 40, 10), "end", 40, id="to the left"),
        pytest.param(Box(30, 0, 70, 10), "middle", 50, id="above"),
    ],
)
def test_a_text_stands_against_its_point(box: Box, align: str, x: float) -> None:
    from experiments.kit.report.labels import Label

    label = Label("x", Point(50, 20), box)
    assert (label.align, label.x) == (align, x)

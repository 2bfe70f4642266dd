import random

import pytest
from fakes.runs import caches, plan_of

from experiments.kit.names.caches import (
    POLL_S,
    RATE_QPS,
    SUBNETS,
    WINDOW_S,
    clients_for,
    questions,
)
from topo.world.probe_names import CACHED_NAMES, probe_names

EARTH = plan_of("earth")


def test_questions_are_seeded_and_bounded() -> None:
    once = list(questions(EARTH, random.Random(3)))
    assert once == list(questions(EARTH, random.Random(3)))
    assert once != list(questions(EARTH, random.Random(4)))
    assert all(0 <= ask.at_s < WINDOW_S for ask in once)
    per_resolver = CACHED_NAMES * RATE_QPS + 1 / POLL_S
    asked_qps = len(once) / WINDOW_S / len(EARTH.world.resolvers)
    assert asked_qps == pytest.approx(per_resolver, rel=0.15)


def test_a_steered_name_is_asked_from_distinct_networks_own_first() -> None:
    for resolver in EARTH.world.resolvers:
        askers = clients_for(EARTH, resolver.name)
        assert len({host.network for host in askers}) == SUBNETS
        [*own] = [
            it for it in EARTH.world.client_networks if it.resolver == resolver.name
        ]
        assert askers[0].network in {it.name for it in own}


@pytest.mark.parametrize("world", ["earth", "recursion"])
def test_they_are_at_as_many_sites_as_can_be(world: str) -> None:
    plan = plan_of(world)
    most = min(SUBNETS, len({it.site for it in plan.world.client_networks}))
    for resolver in plan.world.resolvers:
        askers = clients_for(plan, resolver.name)
        assert len({host.site for host in askers}) == most


def test_faithful_caches_are_within_every_prediction() -> None:
    for row in caches(EARTH):
        assert row.returned_ttl_s == row.served_ttl_s
        assert row.requery_s is not None
        assert row.requery_low_s <= row.requery_s <= row.requery_high_s
        assert row.misses_low <= row.misses <= row.misses_high
        assert row.misses_twice < row.misses_low
        assert row.steered_queries == row.steered_wanted
        assert row.hit_ratio == pytest.approx(row.hit_ratio_predicted, abs=0.12)


def test_probe_names_are_host_names_and_no_resolver_shares_one() -> None:
    names = [
        name
        for resolver in EARTH.world.resolvers
        for it in [probe_names(EARTH.world, resolver.name)]
        for name in (*it.cached, it.short, it.steered)
    ]
    assert len(set(names)) == len(names)
    assert all(len(name.partition(".")[0]) <= 63 for name in names)

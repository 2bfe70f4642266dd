"""What is asked to see where users are sent, beside other experiments in a lab."""

import random

import pytest
from fakes.runs import plan_of

from experiments.kit.names.caches import questions
from experiments.kit.names.distance import _shared


@pytest.mark.parametrize("world", ["earth", "recursion"])
def test_no_cache_has_the_names_of_another_experiment(world: str) -> None:
    plan = plan_of(world)
    own = {ask.name for it in plan.world.resolvers for ask in _shared(plan, it.name)}
    others = {ask.name for ask in questions(plan, random.Random(1))}
    assert len(own) == len(plan.world.resolvers)
    assert own.isdisjoint(others)

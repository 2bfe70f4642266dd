"""Who asks must be a client of the lab."""

import pytest
from fakes.runs import plan_of

from balancer.errors import ConfigError
from experiments.kit.tracing.explained import client_named

PLAN = plan_of("duo")


def test_a_client_is_found_by_its_name():
    assert client_named(PLAN, "fra-home-1") is PLAN.host("fra-home-1")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        pytest.param("fra-hom", '(did you mean "fra-home-1"?)', id="near"),
        pytest.param("fra-lb1", "no client of this lab", id="no client"),
        pytest.param(
            "x", "(there are: fra-home-1, fra-office-1, iad-home-1)", id="far"
        ),
    ],
)
def test_whoever_is_none_is_told_the_nearest(said, told):
    with pytest.raises(ConfigError) as caught:
        client_named(PLAN, said)
    assert told in str(caught.value)

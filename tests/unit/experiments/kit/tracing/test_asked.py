"""Who asks must be a client of the lab, and what is asked for a name."""

import pytest
from fakes.runs import plan_of

from balancer.errors import ConfigError
from experiments.kit.tracing.explained import absolute_name, client_named

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


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("www", "www.frontlab.net"),
        ("www.", "www"),
        ("www.example.com", "www.example.com"),
        ("www.example.com.", "www.example.com"),
    ],
)
def test_a_name_without_a_dot_is_one_of_the_worlds(said, meant):
    assert absolute_name(said, "frontlab.net") == meant


@pytest.mark.parametrize("said", ["", "a..b", "x" * 64, "é", "a." * 127 + "b"])
def test_what_is_no_name_is_told(said):
    with pytest.raises(ConfigError, match="no name in DNS: "):
        absolute_name(said, "frontlab.net")

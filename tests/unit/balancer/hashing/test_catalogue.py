"""The catalogue: every name is there, and every mistake in options is told."""

import pytest

from balancer.errors import ConfigError
from balancer.hashing.catalogue import NAMES, selector
from balancer.hashing.maglev import Maglev


def test_options_reach_the_method() -> None:
    assert selector("maglev", {"size": 655373}) == Maglev(655373)


@pytest.mark.parametrize("name", NAMES)
def test_every_method_has_usable_options(name: str) -> None:
    assert selector(name) == selector(name, {})


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        pytest.param("magelv", {}, r'\(did you mean "maglev"\?\); there', id="name"),
        pytest.param("", {}, "named ''; there are: modulo, ring", id="no name"),
        pytest.param(
            "ring",
            {"point": 3},
            r'^ring: no option is named \'point\' \(did you mean "points"\?\)',
            id="option",
        ),
        pytest.param("rendezvous", {"points": 3}, "there are none", id="no options"),
        pytest.param(
            "bounded",
            {"factor": "2", "points": 1.5, "slots": True},
            "(?s)factor: '2' is no number\nbounded: points: 1.5 .* fraction\n.*slots",
            id="kinds, all of them",
        ),
        pytest.param("maglev", {"size": 65536}, "65536 is not a prime", id="prime"),
        pytest.param("maglev", {"size": 1}, "maglev: size: 1 is not from", id="small"),
        pytest.param("ring", {"points": 0}, "points: 0 is not from 1", id="points"),
        pytest.param("jump", {"nodes": 0}, "nodes: 0 is not from 1", id="jump"),
        pytest.param("anchor", {"nodes": 1001}, "nodes: 1001 is not", id="nodes"),
        pytest.param("anchor", {"capacity": -1}, "capacity: -1 is not", id="capacity"),
        pytest.param("bounded", {"factor": 1}, "factor: 1 is not above 1", id="tight"),
        pytest.param("bounded", {"points": 0}, "bounded: points: 0", id="its points"),
        pytest.param("bounded", {"slots": 0}, "slots: 0 is", id="slots"),
        pytest.param("bounded_loads", {"factor": 0.5}, "factor: 0.5", id="loads"),
    ],
)
def test_mistakes(name: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        selector(name, options)

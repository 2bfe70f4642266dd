"""The steering map as a file says it."""

from math import inf

import pytest

from balancer.errors import ConfigError
from balancer.nameserver.loading.steering_file import parse_steering
from balancer.nameserver.policies.steering import (
    NOTHING_KNOWN,
    SiteState,
    SteeringMap,
    refuse_older,
)

TOML = """
version = 17
sites.fra = { load = 1200, capacity = 1000.0 }
sites.iad = { healthy = false }
demand.syd = 120.0
"""
JSON = """{"version": 17, "demand": {"syd": 120.0}, "sites":
{"fra": {"load": 1200, "capacity": 1000.0}, "iad": {"healthy": false}}}"""


@pytest.mark.parametrize(
    ("text", "file_name"),
    [pytest.param(TOML, "s.toml", id="TOML"), pytest.param(JSON, "s.json", id="JSON")],
)
def test_both_formats(text, file_name):
    found = parse_steering(text, file_name)
    assert found == SteeringMap(
        17,
        {"fra": SiteState(True, False, 1200, 1000), "iad": SiteState(False)},
        {"syd": 120.0},
    )
    assert found.state("iad").capacity == inf
    assert found.state("gru") == SiteState()


@pytest.mark.parametrize(
    ("text", "file_name", "what"),
    [
        pytest.param("{", "s.json", "s.json: not JSON", id="broken JSON"),
        pytest.param("=", "s.toml", "s.toml: not TOML", id="broken TOML"),
        pytest.param("version = 1", "s.toml", "sites: missing", id="no sites"),
        pytest.param("sites = {}", "s.toml", "version: missing", id="no version"),
        pytest.param(
            "version = 1\nsites.fra.helthy = true",
            "s.toml",
            r'unknown key \(did you mean "healthy"\?\)',
            id="a slip of the pen",
        ),
        pytest.param(
            '{"version": 1, "sites": {"fra": {"load": NaN}}}',
            "s.json",
            "sites.fra.load: ",
            id="no number",
        ),
        pytest.param("[" * 200_000, "s.json", "nested too deep", id="deep JSON"),
    ],
)
def test_mistakes(text, file_name, what):
    with pytest.raises(ConfigError, match=what):
        parse_steering(text, file_name)


@pytest.mark.parametrize(
    ("fra", "iad", "usable"),
    [
        pytest.param(SiteState(), SiteState(), {"fra", "iad"}, id="all"),
        pytest.param(SiteState(False), SiteState(), {"iad"}, id="one down"),
        pytest.param(SiteState(drained=True), SiteState(), {"iad"}, id="one drained"),
        pytest.param(
            SiteState(drained=True), SiteState(False), {"fra"}, id="drained, not down"
        ),
        pytest.param(SiteState(False), SiteState(False), set(), id="none"),
    ],
)
def test_usable(fra, iad, usable):
    found = SteeringMap(1, {"fra": fra, "iad": iad})
    assert found.usable(["fra", "iad"]) == usable


def test_versions_only_rise():
    refuse_older(NOTHING_KNOWN, SteeringMap(1), "s.toml")
    for version in (3, 4):
        with pytest.raises(ConfigError, match="is not newer than 4, which is in force"):
            refuse_older(SteeringMap(4), SteeringMap(version), "s.toml")

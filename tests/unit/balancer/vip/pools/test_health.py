"""Rise and fall: what a row of checks makes of a backend."""

import pytest

from balancer.vip.pools.health import Health, Thresholds, observe

THRESHOLDS = Thresholds(rise=2, fall=3)


@pytest.mark.parametrize(
    ("checks", "alive"),
    [
        pytest.param("", None, id="not checked yet"),
        pytest.param("+", True, id="first check passes"),
        pytest.param("--", None, id="first checks fail"),
        pytest.param("---", False, id="as many failures as fall at first"),
        pytest.param("--+", True, id="a pass ends the doubt"),
        pytest.param("+--", True, id="fewer failures than fall"),
        pytest.param("+---", False, id="as many failures as fall"),
        pytest.param("+--+--", True, id="a pass in between starts anew"),
        pytest.param("---+", False, id="fewer passes than rise"),
        pytest.param("---++", True, id="as many passes as rise"),
        pytest.param("---+-+", False, id="never two passes in a row"),
    ],
)
def test_health(checks: str, alive: bool | None) -> None:
    health = Health()
    for check in checks:
        health = observe(health, check == "+", THRESHOLDS)
    assert health.alive is alive

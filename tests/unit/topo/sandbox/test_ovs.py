"""Without Open vSwitch the user learns what to do."""

import pytest

from balancer.errors import Unsupported
from topo.sandbox import ovs


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        pytest.param(
            "TOOLS",
            ("no-such-tool",),
            "Open vSwitch: no-such-tool is not installed (./provision.sh)",
            id="a program",
        ),
        pytest.param(
            "SCHEMA",
            ovs.Path("/nowhere"),
            "Open vSwitch: /nowhere is not there (./provision.sh)",
            id="the schema",
        ),
    ],
)
def test_missing(monkeypatch, name, value, message):
    monkeypatch.setattr(ovs, "TOOLS", ("sh",))
    monkeypatch.setattr(ovs, name, value)
    with pytest.raises(Unsupported) as error:
        ovs.check_ovs()
    assert str(error.value) == message

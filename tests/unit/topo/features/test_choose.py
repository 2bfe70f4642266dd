"""What is used follows from what was found."""

import pytest

from balancer.errors import ConfigError
from topo.features import (
    Feature,
    allowed_datapath,
    datapath_kind,
    decapsulation_kind,
    forwarding_kind,
    wan_kind,
)
from topo.features.trial import last_words

NAMES = ("netem", "openvswitch datapath", "GRE device", "native XDP", "generic XDP")


def features(*found: str) -> tuple[Feature, ...]:
    return tuple(Feature(name, name in found, "") for name in NAMES)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(NAMES, ("netem", "system", "device", "native"), id="stock kernel"),
        pytest.param(
            NAMES[3:], ("relay", "netdev", "xdp", "native"), id="without modules"
        ),
        pytest.param(
            NAMES[4:], ("relay", "netdev", "xdp", "generic"), id="generic XDP alone"
        ),
    ],
)
def test_choices(found: tuple[str, ...], expected: tuple[str, ...]) -> None:
    here = features(*found)
    choices = (wan_kind, datapath_kind, decapsulation_kind, forwarding_kind)
    assert tuple(choose(here) for choose in choices) == expected


def test_a_datapath_that_there_is_not_is_refused() -> None:
    with pytest.raises(ConfigError, match="'fast' is none of auto, netdev, system"):
        allowed_datapath("fast")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("unshare --net tc: status 2: Error: x.", "Error: x.", id="status"),
        pytest.param(
            "a: status 1: warning\nthe reason\n", "the reason", id="last line"
        ),
        pytest.param("unshare: not installed", "unshare: not installed", id="none"),
    ],
)
def test_last_words(text: str, expected: str) -> None:
    assert last_words(text) == expected

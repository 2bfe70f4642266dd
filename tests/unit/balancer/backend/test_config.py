"""backend.toml: what is read, and mistakes told with their place."""

from pathlib import Path

import pytest

from balancer.backend.config import read_backend_config
from balancer.errors import ConfigError

RIGHT = """
[backend]
name = "fra-be1"
interface = "eth0"
balancers = ["11.1.8.10", "11.1.8.11"]
vips = ["23.0.1.80", "2a23:0:1::80"]
"""


def test_a_right_file(tmp_path: Path) -> None:
    path = tmp_path / "backend.toml"
    path.write_text(RIGHT)
    table = read_backend_config(path).backend
    assert table.decapsulation == "auto"
    assert [vip.version for vip in table.vips] == [4, 6]


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        pytest.param('"11.1.8.10"', '"2a11::1"', "balancers[0]", id="outer IPv6"),
        pytest.param('"23.0.1.80"', '"www"', "vips[0]", id="no address"),
        pytest.param("vips", "vip", "unknown key", id="unknown key"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    path = tmp_path / "backend.toml"
    path.write_text(RIGHT.replace(right, wrong, 1))
    with pytest.raises(ConfigError, match=r"backend\.toml") as caught:
        read_backend_config(path)
    assert told in str(caught.value)

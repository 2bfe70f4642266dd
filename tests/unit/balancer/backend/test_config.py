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
    ("more", "modes"),
    [
        pytest.param("", {"GRE", "GRE6", "IPIP", "GUE"}, id="all"),
        pytest.param('decapsulation = "device"', {"GRE"}, id="what the device does"),
        pytest.param('encapsulations = ["gue"]', {"GUE"}, id="what is named"),
        pytest.param("encapsulations = []", set(), id="nothing, of bare packets"),
    ],
)
def test_what_is_taken_off(tmp_path: Path, more: str, modes: set[str]) -> None:
    path = tmp_path / "backend.toml"
    path.write_text(f"{RIGHT}{more}\n")
    table = read_backend_config(path).backend
    assert {mode.name for mode in table.modes()} == modes


def test_a_key_is_taken_off_where_there_are_peers(tmp_path: Path) -> None:
    path = tmp_path / "backend.toml"
    path.write_text(f'{RIGHT}peers = ["11.1.1.11"]\nencapsulations = ["gre"]\n')
    assert read_backend_config(path).backend.overhead() == 28


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        pytest.param('"11.1.8.10"', '"lb1"', "balancers[0]", id="no outer source"),
        pytest.param(
            "vips =",
            'encapsulations = ["gre", "vxlan"]\nvips =',
            "encapsulations[1]: 'vxlan' is not one of gre, gre6, ipip, gue",
            id="unknown encapsulation",
        ),
        pytest.param(
            "vips =",
            'encapsulations = ["gre6"]\nvips =',
            "balancers: no IPv6 address",
            id="a mode that no balancer can send",
        ),
        pytest.param(
            "vips =",
            'encapsulations = ["gre", "gue"]\ndecapsulation = "device"\nvips =',
            'encapsulations: the gre device takes off "gre" alone',
            id="more than a device does",
        ),
        pytest.param(
            "vips =", 'peers = ["2a11::1"]\nvips =', "peers[0]", id="no IPv4 peer"
        ),
        pytest.param(
            "vips =",
            'peers = ["11.1.8.11"]\nvips =',
            "peers: 11.1.8.11 is a balancer's",
            id="a peer that is a balancer",
        ),
        pytest.param(
            "vips =",
            'peers = ["11.1.1.11"]\ndecapsulation = "device"\nvips =',
            "peers: the gre device hands nothing on",
            id="peers of a device",
        ),
        pytest.param(
            "vips =",
            'peers = ["11.1.1.11"]\nencapsulations = ["gue"]\nvips =',
            'peers: packets come from them and for them in "gre"',
            id="peers without GRE",
        ),
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

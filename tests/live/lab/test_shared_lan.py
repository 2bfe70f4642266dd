"""Balancers on their servers' LAN: found by hardware address, and chosen as before."""

import pytest
from needs import need_root

from topo.world_file import WORLDS

from .command import frontlab, lab

pytestmark = pytest.mark.live

NAME = "shared-lan"
BACKENDS = {"11.1.1.10": "02:00:01:01:00:0a", "2a11:0:1:100::11": "02:00:01:01:00:0b"}


@pytest.fixture(scope="module")
def duo(tmp_path_factory):
    need_root()
    text = (WORLDS / "duo.toml").read_text()
    place = '[[datacenters]]\nsite = "fra"\n'
    path = tmp_path_factory.mktemp("world") / "duo.toml"
    path.write_text(text.replace(place, f"{place}shared_lan = true\n"))
    with lab(NAME, str(path)) as raised:
        yield raised


def inside(host, *argv):
    return frontlab("exec", "--lab", NAME, host, "--", *argv)[0]


def test_backends_are_neighbours(duo):
    for address, mac in BACKENDS.items():
        inside("fra-lb1", "ping", "-c1", "-W2", address)
        assert f"dev eth0 lladdr {mac}" in inside(
            "fra-lb1", "ip", "neigh", "show", address
        )


def test_a_fetch_is_answered_in_both_families(duo):
    curl = ("curl", "-sS", "--max-time", "5", "-H", "Connection: close")
    urls = ("http://23.0.1.80/", "http://[2a23:0:1::80]/")
    answers = inside("iad-home-1", *curl, *urls * 3).split()
    assert len(answers) == 6
    assert set(answers) <= {"fra-be1", "fra-be2"}

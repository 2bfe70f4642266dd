"""Policies: the choice for a client, and how far it holds."""

from ipaddress import ip_network

import pytest

from balancer.nameserver.policies import (
    Choice,
    ClientAddress,
    Static,
    make_geography,
)

RTT_MS = {
    "fra": {"fra": 0.5, "iad": 88.0},
    "iad": {"fra": 88.0, "iad": 0.5},
    "syd": {"fra": 280.0, "iad": 220.0},
}


def nearest(*networks, home="fra", sites=("fra", "iad")):
    placed = tuple((ip_network(prefix), location) for prefix, location in networks)
    return make_geography(placed, RTT_MS, home).nearest(sites)


@pytest.mark.parametrize(
    ("address", "choice"),
    [
        pytest.param("11.2.0.1", Choice(1, 16), id="on the map"),
        pytest.param("12.0.0.1", Choice(0, 6), id="elsewhere: near the server"),
        pytest.param("2a11::1", Choice(1, 16), id="IPv6"),
        pytest.param("fe80::1%eth0", Choice(0, 1), id="link-local"),
    ],
)
def test_nearest(address, choice):
    policy = nearest(("11.2.0.0/16", "syd"), ("2a11::/16", "iad"))
    assert policy.choose(ClientAddress.from_text(address)) == choice


def test_home_decides_for_the_unknown():
    unknown = ClientAddress.from_text("12.0.0.1")
    assert nearest(home="iad").choose(unknown) == Choice(1, 0)
    assert nearest(home="fra").choose(unknown) == Choice(0, 0)


def test_one_family_alone_is_not_everybody():
    policy = nearest(("::/0", "iad"))
    assert policy.choose(ClientAddress.from_text("11.0.0.1")) == Choice(0, 1)
    assert policy.choose(ClientAddress.from_text("2a11::1")) == Choice(1, 1)


def test_of_equally_near_sites_the_first_is_chosen():
    policy = nearest(("11.0.0.0/8", "syd"), sites=("lhr", "nrt"))
    assert policy.choose(ClientAddress.from_text("11.0.0.1")) == Choice(0, 0)


def test_static_is_the_same_for_everybody():
    assert Static().choose(ClientAddress.from_text("11.0.0.1")) == Choice(0, 0)

"""A small airport table, and a world file to break."""

import pytest

from topo.world.records import Airport

AIRPORTS = {
    "fra": Airport("Frankfurt am Main", "DE", 50.0264, 8.54313),
    "iad": Airport("Washington", "US", 38.947456, -77.459929),
    "lhr": Airport("London", "GB", 51.4706, -0.461941),
    "syd": Airport("Sydney", "AU", -33.9461, 151.177),
}

WORLD = """\
name = "small"

[sites.fra]
region = "europe"

[sites.iad]
region = "north-america"

[[links]]
between = ["fra", "iad"]
rtt = "80 ms"

[[resolvers]]
name = "fra-unbound"
site = "fra"
kind = "unbound"
ecs = true

[[resolvers]]
name = "iad-bind9"
site = "iad"
kind = "bind9"

[[clients]]
name = "fra-home"
site = "fra"
hosts = 2
resolver = "fra-unbound"

[[datacenters]]
site = "iad"

[[services]]
name = "www"
"""


@pytest.fixture
def airports():
    return AIRPORTS


@pytest.fixture
def text():
    return WORLD

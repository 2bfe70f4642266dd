import json

import pytest

from topo.world.describe import describe
from topo.world.file.parse import parse_world
from topo.world.plan import make_plan

from .conftest import AIRPORTS, WORLD

LINK = 'rtt = "80 ms"\nforward = { loss = "0.1 %", rate = "1 Gbit/s", jitter = "2 ms" }'
TEXT = WORLD.replace('rtt = "80 ms"', LINK).replace(
    'kind = "bind9"', 'kind = "bind9"\nmin_ttl = "9 s"'
)
TEXT += '[[datacenters]]\nsite = "fra"\nbalancers = 1\nbalancer = "haproxy"\n'
TOLD = describe(make_plan(parse_world(TEXT, "w.toml", AIRPORTS)))


@pytest.mark.parametrize(
    ("key", "row"),
    [
        pytest.param("sites", ("iad", "Washington", "US", "north-america", "2", "4",
                               "1000 /s"), id="site"),
        pytest.param("sites", ("fra", "Frankfurt am Main", "DE", "europe", "1 haproxy",
                               "4", "1000 /s"), id="others' balancer"),
        pytest.param("links", ("fra-iad", "80", "40 ms, +2 ms jitter, 0.1 % loss, "
                               "1000 Mbit/s, queue 50 ms", "40 ms", "1500"), id="link"),
        pytest.param("rtt_ms", ("fra", "0", "80"), id="RTT"),
        pytest.param("clients", ("fra-home", "fra", "2", "11.1.16.0/24", "fra-unbound",
                                 "fra"), id="clients"),
        pytest.param("resolvers", ("iad-bind9", "iad", "bind9", "off", "", "9 s..",
                                   ""),
                     id="resolver"),
        pytest.param("anycasts", ("www@iad", "23.0.1.80", "2a23:0:1::80",
                                  "iad-lb1 iad-lb2"), id="VIP"),
        pytest.param("hosts", ("iad-be1", "iad", "backend", "11.2.1.10",
                               "2a11:0:2:100::10"), id="host"),
    ],
)  # fmt: skip
def test_row(key, row):
    [table] = [it for it in TOLD.tables if it.key == key]
    assert row in table.rows


def test_tables_fit_their_heads_and_json():
    for table in TOLD.tables:
        assert {len(row) for row in table.rows} == {len(table.columns)}
    told = json.loads(json.dumps(TOLD.as_json()))
    assert told["name"] == "small"
    assert told["sites"][0]["city"] == "Frankfurt am Main"

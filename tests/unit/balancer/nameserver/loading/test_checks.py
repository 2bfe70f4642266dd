"""What a dns.toml can get wrong between its tables: all of it is told at once."""

import pytest

from balancer.errors import ConfigError
from balancer.nameserver.loading.load import load_content

HEAD = """
[server]
site = "fra"
listen = ["127.0.0.1", "127.0.0.2", "127.0.0.1"]
[[zone]]
name = "gslb.net"
primary = "ns.gslb.net"
contact = "hostmaster.gslb.net"
serial = 7
ttl = "1 h"
negative_ttl = "5 s"
"""
WRONG = (
    HEAD
    + """
record = [
  { name = "a.gslb.net", type = "A", value = "23.0.0.1" },
  { name = "a.gslb.net", type = "A", value = "23.0.0.1" },
  { name = "a.gslb.net", type = "A", value = "23.0.0.2", ttl = "5 s" },
  { name = "a.gslb.net", type = "CNAME", value = "b.gslb.net" },
  { name = "www.gslb.net", type = "AAAA", value = "2a23::1" },
  { name = "x.child.gslb.net", type = "TXT", value = "far" },
  { name = "gslb.org", type = "A", value = "23.0.0.4" },
]
delegation = [
  { name = "child.gslb.net", nameservers = { "ns.child.gslb.net" = ["23.0.0.5"] } },
  { name = "gslb.net", nameservers = { "ns.gslb.net" = [] } },
]
[[zone.service]]
name = "www.gslb.net"
ttl = "20 s"
policy = "nearest"
site = [
  { name = "fra", addresses = ["23.0.1.80"] },
  { name = "iad", addresses = ["23.0.2.80"] },
  { name = "fra", addresses = ["23.0.3.80"] },
]
[map]
network = [
  { prefix = "11.1.0.0/16", location = "fra" },
  { prefix = "11.1.0.0/16", location = "fri" },
]
rtt_ms.fra = { fra = 0.5 }
"""
)
MISTAKES = [
    "server.listen[2]: the same as server.listen[0]",
    "zone[0]: 'x.child.gslb.net' is delegated away by 'child.gslb.net': remove one",
    "zone[0].record[6]: 'gslb.org' is not in zone 'gslb.net'",
    "zone[0].delegation[1].name: 'gslb.net' is the zone itself; delegate a name"
    " below it",
    "zone[0]: no name server; add a record of type NS at 'gslb.net'",
    "zone[0].record[1]: the same as zone[0].record[0]",
    "zone[0].record[2]: another TTL than the records of 'a.gslb.net' before it: "
    "give all one",
    "zone[0].record[3]: a CNAME cannot share 'a.gslb.net' with other records",
    "zone[0].record[4]: the service 'www.gslb.net' has its addresses already",
    "zone[0].service[0].site[2]: the same as zone[0].service[0].site[0]",
    "map.network[1]: the same as map.network[0]",
    "map.rtt_ms.fra: no RTT to the candidate site 'iad'",
    "map.network[1].location: map.rtt_ms says nothing about 'fri'"
    ' (did you mean "fra"?)',
]
WRONG_BY_ITSELF = (
    HEAD.replace('"127.0.0.2"', '"localhost"').replace('"1 h"', "3600")
    + """
record = [
  { name = "a..net", type = "A", value = "23.0.0.1" },
  { name = "gslb.net", type = "MX", value = "mail" },
  { name = "gslb.net", type = "AAAA", value = "23.0.0.1" },
  { name = "gslb.net", type = "NS", value = "n s" },
  { name = "gslb.net", type = "DNAME", value = "a.net" },
]
delegation = [{ name = "child.gslb.net", nameservers = {} }]
service = [{ name = "www.gslb.net", ttl = "90 ms", policy = "closest", site = [] }]
[map]
network = [{ prefix = "11.1.0.1/16", location = "fra" }]
"""
)
PLACES_BY_ITSELF = [
    "server.listen[1]",
    "zone[0].ttl",
    "zone[0].record[0].name",
    "zone[0].record[1]",
    "zone[0].record[2]",
    "zone[0].record[3]",
    "zone[0].record[4].type",
    "zone[0].delegation[0].nameservers",
    "zone[0].service[0].ttl",
    "zone[0].service[0].policy",
    "zone[0].service[0].site",
    "map.network[0].prefix",
]


def complaints(tmp_path, text):
    path = tmp_path / "dns.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_content(path)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{path}: ") for line in lines)
    return [line.removeprefix(f"{path}: ") for line in lines]


def test_contradictions(tmp_path):
    assert sorted(complaints(tmp_path, WRONG)) == sorted(MISTAKES)


def test_mistakes_of_single_keys(tmp_path):
    lines = complaints(tmp_path, WRONG_BY_ITSELF)
    assert sorted(line.split(": ")[0] for line in lines) == sorted(PLACES_BY_ITSELF)


XDP = 'xdp = "auto"\n'
NEEDS_INTERFACE = (
    "server.interface: missing: XDP needs to know where to answer",
    "server.rate_limit: answers in XDP are not limited; have one or the other",
)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        pytest.param(XDP, NEEDS_INTERFACE[:1], id="XDP nowhere"),
        pytest.param(
            XDP + "rate_limit = { per_second = 5 }\n", NEEDS_INTERFACE, id="limited"
        ),
        pytest.param(
            "processes = 2\nport = 0\n",
            ("server.port: several processes need a port that is given",),
            id="any port",
        ),
    ],
)
def test_processes_and_xdp(tmp_path, keys, told):
    text = HEAD.replace('site = "fra"\n', f'site = "fra"\n{keys}', 1)
    lines = complaints(tmp_path, text)
    assert [line for line in lines if line in told] == list(told)


def test_a_site_without_a_place_is_told_once(tmp_path):
    """Both the server's own site and the file of networks speak of the location."""
    (tmp_path / "networks.map").write_text("11.1.0.0/16 fra\n")
    text = (
        HEAD.replace(', "127.0.0.1"]', "]")
        + """
record = [{ name = "gslb.net", type = "NS", value = "ns.gslb.net" }]
[[zone.service]]
name = "www.gslb.net"
ttl = "20 s"
policy = "nearest"
site = [
  { name = "fra", addresses = ["23.0.1.80"] },
  { name = "iad", addresses = ["23.0.2.80"] },
]
[map]
file = "networks.map"
place.fra = { latitude = 50.0, longitude = 8.6 }
"""
    )
    assert complaints(tmp_path, text) == [
        "map.rtt_ms.fra: no RTT to the candidate site 'iad', nor map.place.iad"
    ]

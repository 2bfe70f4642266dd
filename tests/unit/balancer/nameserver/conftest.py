"""A zone with everything in it, and the root that delegates it."""

from pathlib import Path
from random import Random

import pytest
from fakes.master_files import TextFile

from balancer.config import parse_config
from balancer.nameserver.content.authority import Authority
from balancer.nameserver.content.guide import Guide
from balancer.nameserver.loading.build import Border, build_zones
from balancer.nameserver.loading.config import DnsConfig
from balancer.nameserver.loading.maps import read_maps
from balancer.nameserver.loading.services import Seats
from balancer.nameserver.policies.steering import NOTHING_KNOWN, SteeringMap
from balancer.nameserver.protection.cookies import Cookies
from balancer.nameserver.zones import keys
from balancer.nameserver.zones.keys import SigningKey
from balancer.nameserver.zones.zone import Zones

KEY = SigningKey.generate()
NOW_S = 1_800_000_000

CONFIG = """
[server]
site = "fra"
listen = ["127.0.0.1"]
[[zone]]
name = "."
primary = "a.root.net"
contact = "hostmaster.root.net"
serial = 1
ttl = "1 h"
negative_ttl = "5 s"
record = [
  { name = ".", type = "NS", value = "a.root.net" },
  { name = "a.root.net", type = "A", value = "23.53.0.1" },
  { name = "hidden.gslb.net", type = "A", value = "23.53.0.2" },
]
[[zone.delegation]]
name = "example.net"
nameservers = { "ns.example.net" = ["23.53.0.9", "2a23:53::9"] }
[[zone]]
name = "gslb.net"
primary = "ns.gslb.net"
contact = "hostmaster.gslb.net"
serial = 7
ttl = "1 h"
negative_ttl = "5 s"
record = [
  { name = "gslb.net", type = "NS", value = "ns.gslb.net" },
  { name = "ns.gslb.net", type = "A", value = "23.53.0.53" },
  { name = "ns.gslb.net", type = "AAAA", value = "2a23:53::53" },
  { name = "a.b.gslb.net", type = "TXT", value = "deep", ttl = "1 min" },
  { name = "gslb.net", type = "MX", value = "10 mail.gslb.net." },
  { name = "gslb.net", type = "CAA", value = '0 issue "ca.example.net"' },
  { name = "_dns._tcp.gslb.net", type = "SRV", value = "1 2 53 ns.gslb.net." },
  { name = "web.gslb.net", type = "HTTPS", value = '1 . alpn="h2" port=8443' },
  { name = "*.wild.gslb.net", type = "A", value = "23.53.0.70" },
  { name = "*.wild.gslb.net", type = "TXT", value = "wild" },
  { name = "a.real.wild.gslb.net", type = "TXT", value = "real" },
  { name = "*.here.gslb.net", type = "CNAME", value = "www.gslb.net" },
  { name = "*.gone.gslb.net", type = "CNAME", value = "www.example.org" },
  { name = "alias.gslb.net", type = "CNAME", value = "www.gslb.net" },
  { name = "lost.gslb.net", type = "CNAME", value = "nowhere.gslb.net" },
  { name = "away.gslb.net", type = "CNAME", value = "www.example.org" },
  { name = "below.gslb.net", type = "CNAME", value = "www.child.gslb.net" },
  { name = "loop.gslb.net", type = "CNAME", value = "pool.gslb.net" },
  { name = "pool.gslb.net", type = "CNAME", value = "loop.gslb.net" },
]
[[zone.delegation]]
name = "child.gslb.net"
nameservers = { "ns.child.gslb.net" = ["23.53.0.60", "2a23:53::60"] }
[[zone.service]]
name = "www.gslb.net"
ttl = "20 s"
policy = "nearest"
site = [
  { name = "fra", addresses = ["23.0.1.80", "2a23:0:1::80"] },
  { name = "iad", addresses = ["23.0.2.80", "2a23:0:2::80"] },
]
[[zone.service]]
name = "v4.gslb.net"
ttl = "20 s"
policy = "static"
site = [
  { name = "fra", addresses = ["23.0.1.80"] },
  { name = "iad", addresses = ["23.0.2.80"] },
]
[[zone.service]]
name = "chosen.gslb.net"
ttl = "20 s"
policy = "nearest"
site = [
  { name = "fra", alias = "www.gslb.net" },
  { name = "iad", alias = "alias.gslb.net" },
]
[[zone.service]]
name = "*.cdn.gslb.net"
ttl = "20 s"
policy = "nearest"
site = [
  { name = "fra", addresses = ["23.0.1.81"] },
  { name = "iad", addresses = ["23.0.2.81"] },
]
[map]
network = [
  { prefix = "11.0.0.0/8", location = "fra" },
  { prefix = "11.2.0.0/16", location = "iad" },
  { prefix = "11.2.128.0/17", location = "iad" },
  { prefix = "11.2.200.0/24", location = "syd" },
  { prefix = "2a11:0:2::/48", location = "iad" },
]
[map.rtt_ms]
fra = { fra = 0.5, iad = 88.0 }
iad = { fra = 88.0, iad = 0.5 }
syd = { fra = 280.0, iad = 220.0 }
"""


def config_with(*lines: str) -> DnsConfig:
    """The configuration with more lines at its end."""
    return parse_config(CONFIG + "\n".join(lines), "dns.toml", DnsConfig)


def zones_of(
    config: DnsConfig, steering: SteeringMap = NOTHING_KNOWN, **files: str
) -> Zones:
    """The zones of a configuration without mistakes."""
    mistakes = []

    def complain(place, what):
        mistakes.append(f"{place}: {what}")

    border = Border(lambda name: TextFile(files[name], name), lambda _: KEY, complain)
    seats = Seats()
    zones = build_zones(config, seats, border)
    geography, latencies = read_maps(config, Path(), complain)
    assert not mistakes
    guide = Guide(tuple(seats), geography, latencies, None, ())
    guide.settle(steering, Random(1).random)
    return Zones(zones)


def authority_of(zones: Zones) -> Authority:
    """A server with everything on."""
    return Authority(zones, Cookies((b"k" * 16,)), "fra-ns1", "9.9")


@pytest.fixture(scope="session")
def config():
    return config_with()


@pytest.fixture(scope="session")
def zones():
    many = "".join(
        f'{{ name = "many.gslb.net", type = "A", value = "23.1.0.{i}" }},'
        for i in range(40)
    )
    text = CONFIG.replace(
        'record = [\n  { name = "gslb', f'record = [\n  {many}{{ name = "gslb'
    )
    return zones_of(parse_config(text, "dns.toml", DnsConfig))


@pytest.fixture(scope="session")
def authority(zones):
    return authority_of(zones)


@pytest.fixture(scope="module")
def repeatable():
    """Signatures of made-up names that are the same each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "ONCE", keys.REPEATABLE)
        yield


@pytest.fixture(scope="session")
def zone_text():
    return CONFIG


@pytest.fixture(scope="session")
def load():
    """A function from the text of a configuration to its zones."""

    def load(text, steering=NOTHING_KNOWN):
        return zones_of(parse_config(text, "dns.toml", DnsConfig), steering)

    return load

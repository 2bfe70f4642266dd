"""Services from a file to answers: options, maps, both paths, and a steering map."""

import os
import pickle
from random import Random

import pytest
from mmdb_writer import write_mmdb

from balancer.errors import ConfigError
from balancer.nameserver.answering.answer import answer
from balancer.nameserver.answering.desk import Desk
from balancer.nameserver.answering.fast import FastPath
from balancer.nameserver.loading.guidance import POLL_INTERVAL_S, Guidance
from balancer.nameserver.loading.load import load_content
from balancer.nameserver.policies.steering import NOTHING_KNOWN, SiteState, SteeringMap
from balancer.wire.dns.edns import ClientSubnet, Edns, Option
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question, make_query

NOW_S = 1_800_000_000
HEAD = """
[server]
site = "fra"
listen = ["127.0.0.1"]
cookies = false
steering = "steering.toml"
[[zone]]
name = "gslb.net"
primary = "ns.gslb.net"
contact = "hostmaster.gslb.net"
serial = 7
ttl = "1 h"
negative_ttl = "5 s"
record = [{ name = "gslb.net", type = "NS", value = "ns.elsewhere.net" }]
"""
SITES = """
site = [
  { name = "fra", addresses = ["23.0.1.80", "23.0.1.81"] },
  { name = "iad", addresses = ["23.0.2.80", "23.0.2.81"] },
  { name = "syd", addresses = ["23.0.3.80", "23.0.3.81", "23.0.3.82"] },
]
"""
MAP = """
[map]
rtt_ms.fra = { fra = 0.5, iad = 88.0, syd = 280.0 }
rtt_ms.iad = { fra = 88.0, iad = 0.5, syd = 220.0 }
rtt_ms.syd = { fra = 280.0, iad = 220.0, syd = 0.5 }
"""
NETWORKS = '\nnetwork = [{ prefix = "11.3.0.0/16", location = "syd" }]\n'
LATENCIES = "11.3.9.0/24 iad=1 syd=2\n"
POLICIES = {
    "static": "",
    "rotated": 'policy = "static"\norder = "rotated"',
    "shuffled": 'policy = "static"\norder = "random"',
    "weighted": 'order = "rotated"',
    "failover": "",
    "nearest": "",
    "turns": 'policy = "nearest"\norder = "rotated"',
    "resolver": 'policy = "nearest"\nby = "resolver"',
    "latency": "",
    "load": "",
    "spread": 'policy = "load"\nspread = "subnet"',
    "sticky": "",
    "hidden": 'policy = "failover"\nall_down = "nodata"',
}
SUBNETS = [b"\x0b\3\1", b"\x0b\3\x09", b"\x0b\2\1"]
SOURCES = ["11.1.0.9", "11.3.9.9", "2a11::1"]
FULL = SteeringMap(
    1,
    {
        "fra": SiteState(load=200, capacity=100),
        "iad": SiteState(load=10, capacity=60),
        "syd": SiteState(load=10, capacity=500),
    },
)
ALL_DOWN = SteeringMap(1, {site: SiteState(False) for site in ("fra", "iad", "syd")})


def service(name, options=""):
    policy = "" if "policy" in options else f'policy = "{name}"\n'
    head = f'[[zone.service]]\nname = "{name}.gslb.net"\nttl = "20 s"\n'
    return head + policy + options + SITES


ALL = HEAD + "".join(service(name, options) for name, options in POLICIES.items())


@pytest.fixture
def load(tmp_path):
    """A function from a configuration's text to its content."""

    def write_and_load(text=ALL + MAP + NETWORKS + '\nlatency = "rtt.map"\n'):
        (tmp_path / "rtt.map").write_text(LATENCIES)
        (tmp_path / "dns.toml").write_text(text)
        return load_content(tmp_path / "dns.toml")

    return write_and_load


def settled(load, steering=NOTHING_KNOWN):
    content = load()
    content.guide.settle(steering, Random(5).random)
    return content.authority(b"k" * 16)


def queries(name):
    question = Question(name_from_text(f"{name}.gslb.net"), 1)
    plain = [make_query(7, question).to_wire(), make_query(7, question, Edns(1232))]
    subnets = [
        Option(8, ClientSubnet(1, 24, 0, octets).to_wire()) for octets in SUBNETS
    ]
    asked = [make_query(7, question, Edns(1232, options=(each,))) for each in subnets]
    return [plain[0], *(query.to_wire() for query in (plain[1], *asked))]


def addresses(wire):
    """The last octets of the addresses in an answer, in its order."""
    count, at, found = int.from_bytes(wire[6:8], "big"), wire.find(b"\xc0\x0c"), []
    for _ in range(count):
        found.append((wire[at + 14], wire[at + 15]))
        at += 16
    return found


@pytest.mark.parametrize("steering", [NOTHING_KNOWN, FULL], ids=["empty", "full"])
@pytest.mark.parametrize("name", POLICIES)
def test_both_paths_answer_by_the_same_draws(load, name, steering):
    fast, authority = FastPath(settled(load, steering)), settled(load, steering)
    drawn = set()
    for _ in range(12):
        for source in SOURCES:
            for wire in queries(name):
                slow = answer(authority, wire, source, NOW_S)
                assert fast.answer(wire, source, NOW_S) == slow.wire
                drawn.add(tuple(addresses(slow.wire)))
    assert drawn
    assert fast.tallies.total == 12 * len(SOURCES) * 5


@pytest.mark.parametrize(
    ("name", "count"),
    [
        pytest.param("static", 1, id="always the same"),
        pytest.param("rotated", 7, id="each first in turn"),
        pytest.param("shuffled", 35, id="each first equally often"),
        pytest.param("turns", 2, id="turns within the nearest site"),
    ],
)
def test_orders(load, name, count):
    fast = FastPath(settled(load))
    wire, *_ = queries(name)
    seen = [tuple(addresses(fast.answer(wire, SOURCES[0], NOW_S))) for _ in range(200)]
    assert count <= len(set(seen)) <= max(count, 84)
    firsts = {each[0] for each in seen}
    assert len(firsts) == {"static": 1, "turns": 2}.get(name, 7)


def test_two_names_do_not_take_one_anothers_turns(load):
    fast = FastPath(settled(load))
    a, b = queries("rotated")[0], queries("turns")[0]
    first = []
    for _ in range(7):
        first.append(addresses(fast.answer(a, SOURCES[0], NOW_S))[0])
        fast.answer(b, SOURCES[0], NOW_S)
    assert len(set(first)) == 7


def test_nothing_is_answered_when_all_are_down_and_that_is_wanted(load):
    authority = settled(load, ALL_DOWN)
    fast = FastPath(authority)
    for name, count in (("hidden", 0), ("failover", 2)):
        wire = queries(name)[0]
        said = fast.answer(wire, SOURCES[0], NOW_S)
        assert (said is None) == (count == 0)
        wire = answer(authority, wire, SOURCES[0], NOW_S).wire
        assert int.from_bytes(wire[6:8], "big") == count
        assert wire[3] & 0xF == 0
        assert int.from_bytes(wire[8:10], "big") == (count == 0), "with the SOA record"


def test_services_that_are_alike_share_a_seat_and_the_way_to_another_process(load):
    more = service("other", 'policy = "nearest"')
    guide = load(ALL + more + MAP + NETWORKS + '\nlatency = "rtt.map"\n').guide
    assert len(guide.seats) == len(POLICIES)
    again = pickle.loads(pickle.dumps(guide, 5))
    assert [seat.spec for seat in again.seats] == [seat.spec for seat in guide.seats]
    assert again.geography.regions == guide.geography.regions


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param(
            service("nearst", 'policy = "nearst"'),
            "service[0].policy: 'nearst' is not one of .*(did you mean \"nearest\"?)",
            id="policy",
        ),
        pytest.param(
            service("static", 'policy = "static"\nby = "client"'),
            "service[0].by: means nothing to the policy 'static', but to nearest",
            id="by",
        ),
        pytest.param(
            service("sticky", 'policy = "sticky"\nspread = "query"'),
            "service[0].spread: means nothing to the policy 'sticky', but to load",
            id="spread",
        ),
        pytest.param(
            service("load").replace('"iad",', '"iad", weight = 2,'),
            "site[1].weight: means nothing to the policy 'load', but to weighted",
            id="weight",
        ),
        pytest.param(
            service("latency") + MAP,
            "service[0].policy: there is no map.latency",
            id="no latencies",
        ),
        pytest.param(
            service("nearest") + MAP + NETWORKS + 'file = "a.map"',
            "map.network: there is map.file; give one of them",
            id="two maps",
        ),
        pytest.param(
            service("nearest") + MAP + 'file = "a.map"\nfield = "x"',
            "map.field: map.file is no .mmdb",
            id="field",
        ),
        pytest.param(
            service("nearest") + MAP + 'file = "none.map"',
            "none.map: cannot be read",
            id="no file",
        ),
        pytest.param(
            service("nearest") + MAP + 'file = "bad.map"',
            "bad.map: line 2: Expected 4 octets in '?'",
            id="bad file",
        ),
        pytest.param(
            service("nearest") + MAP + 'file = "far.map"',
            "far.map: map.rtt_ms says nothing about 'fri' (did you mean \"fra\"?)",
            id="unknown location",
        ),
        pytest.param(
            service("nearest") + MAP + "place.fra = { latitude = 91, longitude = 0 }",
            "map.place.fra.latitude: Input should be less than or equal to 90",
            id="latitude",
        ),
    ],
)
def test_mistakes(load, tmp_path, text, what):
    (tmp_path / "bad.map").write_text("11.0.0.0/8 fra\n? fra\n")
    (tmp_path / "far.map").write_text("11.0.0.0/8 fri\n")
    with pytest.raises(ConfigError) as error:
        load(HEAD + text)
    parts = what.split(".*")
    assert all(part in str(error.value) for part in parts), str(error.value)


def test_a_maxmind_database_as_the_network_map(load, tmp_path):
    records = {
        "11.5.0.0/16": {"country": {"iso_code": "AU"}},
        "11.6.0.0/16": {"country": {"iso_code": "XX"}},
    }
    (tmp_path / "country.mmdb").write_bytes(write_mmdb(records))
    places = """
place.AU = { latitude = -33.9, longitude = 151.2 }
place.fra = { latitude = 50.0, longitude = 8.6 }
place.iad = { latitude = 38.9, longitude = -77.5 }
place.syd = { latitude = -33.9, longitude = 151.2 }
"""
    text = f'{service("nearest")}[map]\nfile = "country.mmdb"\n{places}'
    guide = load(HEAD + text).guide
    assert guide.geography.locations == ("fra", "AU")
    rows = guide.geography.distances_ms(["fra", "iad", "syd"])
    assert [row.index(min(row)) for row in rows] == [0, 2]


class Files:
    """A steering map that is written again and again, and who follows it."""

    def __init__(self, folder, content):
        self.steering, self.networks = folder / "steering.toml", folder / "rtt.map"
        self.content = content
        self.desk = Desk(content.authority(b"k" * 16))
        self.guidance = Guidance(self.desk.forget)
        self.reloads = []
        self._time_ns = NOW_S * 10**9

    def write(self, path, text):
        path.write_text(text)
        self._time_ns += 10**9
        os.utime(path, ns=(self._time_ns, self._time_ns))

    def poll(self):
        self.guidance._due_s = 0.0
        left_s = self.guidance.poll(lambda: self.reloads.append(1))
        assert 0 < left_s <= POLL_INTERVAL_S

    def says(self, name):
        wire = self.desk.answer_datagram(queries(name)[0], "11.1.0.9", NOW_S)
        return [third for third, _ in addresses(wire)]

    def state(self):
        found = self.guidance.snapshot()
        return found["version"], found["taken"], found["refused"]


@pytest.fixture
def files(load, tmp_path):
    made = Files(tmp_path, load())
    made.guidance.follow(made.content.guide)
    return made


def test_steering_comes_changes_and_stays(files):
    assert files.says("failover") == files.says("nearest") == [1, 1]
    assert set(files.says("rotated")) == {1, 2, 3}
    assert files.guidance.snapshot()["age_s"] is None
    files.write(files.steering, "version = 5\nsites.fra.healthy = false")
    files.poll()
    assert files.says("failover") == files.says("nearest") == [2, 2]
    assert set(files.says("rotated")) == {2, 3}
    assert files.guidance.snapshot()["age_s"] < 0, "the file's own time"
    for text in (
        "version = 6\nsites.fra.helthy = true",
        "",
        "version = 4\nsites.fra.healthy = true",
    ):
        files.write(files.steering, text)
        files.poll()
        files.poll()
        assert files.says("failover") == [2, 2]
    assert files.state() == (5, 1, 3)
    files.steering.unlink()
    files.poll()
    assert files.state() == (5, 1, 3)
    files.write(files.steering, "version = 6\nsites.iad.healthy = false")
    files.poll()
    assert files.says("failover") == [1, 1]
    assert files.state() == (6, 2, 3)


def test_sites_that_no_service_has_are_told_once(files, caplog):
    for version, site in ((1, "fra"), (2, "frra"), (3, "frra"), (4, "syd")):
        files.write(files.steering, f"version = {version}\nsites.{site} = {{}}")
        files.poll()
    [record] = caplog.records
    assert record.getMessage().endswith("no service here has a site 'frra'")


def test_steering_outlives_another_configuration(files, load):
    files.write(files.steering, "version = 5\nsites.fra.healthy = false")
    files.poll()
    other = load()
    files.guidance.follow(other.guide)
    files.desk.replace(other.authority(b"k" * 16))
    assert files.says("failover") == [2, 2]
    assert files.state() == (5, 1, 0)
    files.guidance.follow(load(HEAD).guide)
    assert files.guidance.poll(lambda: None) is None


def test_a_changed_map_of_networks_is_loaded_once(files):
    files.poll()
    assert files.reloads == []
    files.write(files.networks, "11.3.9.0/24 fra=1\n")
    files.poll()
    files.poll()
    assert files.reloads == [1]
    files.networks.unlink()
    files.poll()
    assert files.reloads == [1], "what is gone cannot be loaded"

"""Maps from text and from MaxMind databases."""

import pytest
from mmdb_writer import write_mmdb

from balancer.errors import ConfigError
from balancer.nameserver.geography.maxmind import read_maxmind
from balancer.nameserver.geography.places import (
    make_geography,
    make_latencies,
)
from balancer.nameserver.geography.scale import Place, Scale
from balancer.nameserver.geography.text import (
    MOST_MISTAKES,
    parse_prefix,
    read_latency_map,
    read_network_map,
)

FRANKFURT, SYDNEY, DULLES = Place(50.0, 8.6), Place(-33.9, 151.2), Place(38.9, -77.5)
PLACES = {"fra": FRANKFURT, "syd": SYDNEY, "iad": DULLES}


def test_network_map():
    lines = ["# stale on purpose", "", "11.1.16.0/24 fra # home", "2a11::/32\tsyd"]
    assert list(read_network_map(lines, "a.map")) == [
        ((4, 11 << 24 | 1 << 16 | 16 << 8, 24), "fra"),
        ((6, 0x2A11 << 112, 32), "syd"),
    ]


def test_latency_map():
    lines = ["11.1.16.0/24 fra=0.8 iad=88.5", "12.0.0.1 syd=3"]
    read = list(read_latency_map(lines, "a.map"))
    assert [rtt_ms for _, rtt_ms in read] == [{"fra": 0.8, "iad": 88.5}, {"syd": 3.0}]
    assert read[1][0] == (4, (12 << 24) + 1, 32)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        pytest.param("11.1.0.0/16", "not a prefix and one location", id="no location"),
        pytest.param("11.1.0.0/16 a b", "not a prefix and one location", id="two"),
        pytest.param("11.1.0.1/16 a", "has bits set behind its length", id="bits"),
        pytest.param("11.1.0.0/33 a", "has no length from 0 to 32", id="length"),
        pytest.param("11.1.0.0/-1 a", "has no length from 0 to 32", id="negative"),
        pytest.param("11.1.0.0/x a", "invalid literal", id="no number"),
        pytest.param("fra 11.1.0.0/16", "Expected 4 octets", id="no address"),
        pytest.param("10.0.0.0/8 a", "10.0.0.0/8 stood there before", id="twice"),
    ],
)
def test_mistakes_have_their_line(line, what):
    with pytest.raises(ConfigError, match=f"a.map: line 3: .*{what}"):
        list(read_network_map(["10.0.0.0/8 fra", "# b", line], "a.map"))


@pytest.mark.parametrize(
    "word", ["fra", "fra=", "=1", "fra=-1", "fra=nan", "fra=inf", "fra=x"]
)
def test_bad_latencies(word):
    with pytest.raises(ConfigError, match="is no SITE=MILLISECONDS"):
        list(read_latency_map([f"10.0.0.0/8 {word}"], "a.map"))
    with pytest.raises(ConfigError, match="no SITE=MILLISECONDS behind"):
        list(read_latency_map(["10.0.0.0/8"], "a.map"))


def test_a_file_of_another_kind_is_not_told_line_by_line():
    with pytest.raises(ConfigError) as error:
        list(read_network_map(["?"] * 1000, "a.map"))
    assert len(str(error.value).splitlines()) == MOST_MISTAKES


def test_prefix_of_an_address_alone():
    assert parse_prefix("::1") == (6, 1, 128)


RECORDS = {
    "11.1.0.0/16": {"country": {"iso_code": "DE"}},
    "11.2.0.0/16": {"country": {}},
    "11.3.0.0/16": {"location": {"latitude": 48.1, "longitude": 11.6}},
    "2a11::/32": {
        "country": {"iso_code": "AU"},
        "location": {"latitude": -37.8, "longitude": 144.9},
    },
}


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        pytest.param("country.iso_code", {11 << 24 | 1 << 16: "DE"}, id="a name"),
        pytest.param("location", {11 << 24 | 3 << 16: "fra"}, id="the nearest place"),
    ],
)
def test_maxmind(tmp_path, field, expected):
    path = tmp_path / "city.mmdb"
    path.write_bytes(write_mmdb(RECORDS))
    read = list(read_maxmind(path, field, PLACES))
    of_four = {start: at for (version, start, _), at in read if version == 4}
    assert of_four == expected
    six = {"country.iso_code": "AU", "location": "syd"}[field]
    assert ((6, 0x2A11 << 112, 32), six) in read


def test_no_maxmind_database(tmp_path):
    path = tmp_path / "city.mmdb"
    with pytest.raises(ConfigError, match=r"city\.mmdb: no MaxMind database"):
        list(read_maxmind(path, "country.iso_code", {}))
    path.write_bytes(b"\0" * 200)
    with pytest.raises(ConfigError, match=r"city\.mmdb: no MaxMind database"):
        list(read_maxmind(path, "country.iso_code", {}))


def test_distances_are_said_or_as_the_crow_flies():
    scale = Scale({"fra": {"syd": 280.0}}, PLACES)
    assert FRANKFURT.distance_km(SYDNEY) == pytest.approx(16480, rel=0.01)
    assert scale.distance_ms("fra", "syd") == 280.0
    assert scale.distance_ms("fra", "iad") == pytest.approx(65.6, rel=0.01)
    assert scale.distance_ms("lhr", "lhr") == 0.0
    assert scale.distance_ms("lhr", "fra") == float("inf")
    geography = make_geography([(parse_prefix("11.0.0.0/8"), "iad")], scale, "fra")
    assert geography.locations == ("fra", "iad")
    rows = geography.distances_ms(["syd", "fra"])
    assert [row.index(min(row)) for row in rows] == [1, 1]


def test_lowest_latency():
    lines = ["11.0.0.0/8 fra=1 iad=3", "12.0.0.0/8 iad=2", "13.0.0.0/8 fra=1 iad=3"]
    latencies = make_latencies(read_latency_map(lines, "a.map"))
    assert list(latencies.lowest(["syd", "iad", "fra"], 9)) == [9, 2, 1]
    assert list(latencies.lowest(["syd"], 9)) == [9, 9, 9]
    assert latencies.regions[4].lookup(13 << 24) == (1, 8)
    assert list(make_latencies([]).lowest(["fra"], 9)) == [9]

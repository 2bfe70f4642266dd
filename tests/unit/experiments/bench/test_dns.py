"""What nameservers are compared on: one zone for all, and queries that it answers."""

from ipaddress import IPv4Address
from itertools import islice
from pathlib import Path

import pytest

from balancer.nameserver.loading.load import load_content
from balancer.nameserver.policies.steering import NOTHING_KNOWN
from balancer.wire.dns.query import Query
from experiments.bench.dns.flood import DIGITS_AT, PORT_AT, SENDER_PORT, _frame
from experiments.bench.dns.load import _number, write_queries
from experiments.bench.dns.zone import (
    FOREIGN,
    foreign_server,
    names,
    our_server,
    queries,
)

ADDRESS = "127.0.53.1"


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    server = our_server(tmp_path_factory.mktemp("ours"), ADDRESS, 'xdp = "off"')
    return load_content(Path(server.argv[-1]))


def test_our_zone_has_all_names(content):
    content.guide.settle(NOTHING_KNOWN, lambda: 0.5)
    [zone] = content.zones
    asked = {Query.from_wire(it).question.name for it in islice(queries(1), 500)}
    assert asked <= set(zone.steered)
    assert len(zone.steered) == len(names())


def test_equal_seeds_give_equal_queries():
    first, second = (list(islice(queries(seed), 50)) for seed in (7, 7))
    assert first == second
    assert len(set(first)) == 50


@pytest.mark.parametrize("name", FOREIGN)
def test_others_are_configured_for_the_same_names(tmp_path, name):
    foreign_server(name, tmp_path, ADDRESS)
    text = "".join(it.read_text() for it in tmp_path.rglob("*") if it.is_file())
    assert ADDRESS in text
    assert all(it in text for it in names())


def test_the_flood_varies_what_it_means_to():
    frame = _frame(IPv4Address("11.9.0.2"))
    assert frame[PORT_AT : PORT_AT + 2] == SENDER_PORT.to_bytes(2, "big")
    assert frame[DIGITS_AT - 1 : DIGITS_AT + 3] == b"w000"


def test_queries_are_written_behind_their_lengths(tmp_path):
    write_queries(tmp_path / "queries", [b"abc", b""])
    assert (tmp_path / "queries").read_bytes() == b"\0\3abc\0\0"


def test_what_dnsperf_says():
    said = "  Queries sent: 9\n  Queries completed:    8 (88.89%)\n  Queries lost:  1\n"
    assert (_number(said, "completed"), _number(said, "lost")) == (8, 1)
    with pytest.raises(ValueError, match="nothing of queries lost"):
        _number("Error: sending failed", "lost")

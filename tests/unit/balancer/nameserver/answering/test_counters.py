"""What is told of answers: by type, policy, site and scope; how long they took."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.nameserver.answering.desk import Desk
from balancer.nameserver.telemetry.latency import Latency
from balancer.nameserver.telemetry.samples import KEPT, Sample, Samples
from balancer.wire.dns.edns import Edns, Option
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question, make_query

NOW_S = 1_800_000_000
FRA, IAD = "11.1.3.10", "11.2.3.10"
SUBNET = Option(8, b"\0\1\x18\0\x0b\2\3")
OPT_OUT = Option(8, b"\0\1\0\0")
NSID = Option(3, b"")  # makes it slow


def query(name, type_=1, *options):
    edns = Edns(1232, options=options) if options else None
    question = Question(name_from_text(f"{name}.gslb.net"), type_)
    return make_query(7, question, edns).to_wire()


@pytest.mark.parametrize(
    ("name", "type_", "options", "source", "told"),
    [
        pytest.param("www", 1, (), FRA, ("A", "nearest", "fra", None), id="a site"),
        pytest.param("www", 28, (), IAD, ("AAAA", "nearest", "iad", None), id="IPv6"),
        pytest.param(
            "www", 1, (SUBNET,), FRA, ("A", "nearest", "iad", "IPv4/16"), id="subnet"
        ),
        pytest.param(
            "www", 1, (OPT_OUT,), FRA, ("A", "nearest", "fra", "IPv4/0"), id="opted out"
        ),
        pytest.param("v4", 1, (), FRA, ("A", "static", "several", None), id="sites"),
        pytest.param("alias", 1, (), IAD, ("A", "nearest", "iad", None), id="alias"),
        pytest.param("x.cdn", 1, (), IAD, ("A", "nearest", "iad", None), id="wildcard"),
        pytest.param("a.b", 16, (), FRA, ("TXT", None, None, None), id="no policy"),
        pytest.param("nowhere", 1, (), FRA, ("A", None, None, None), id="no name"),
        pytest.param("www", 999, (), FRA, ("other", None, None, None), id="odd type"),
    ],
)
def test_answers_are_counted_by_what_they_were(
    authority, name, type_, options, source, told
):
    desk = Desk(authority)
    for slow in ((), (), (NSID,)):
        desk.answer_datagram(query(name, type_, *slow, *options), source, NOW_S)
    type_name, policy, site, scope = told
    assert desk.counters.snapshot("fra")["answered"] == {
        "types": {type_name: 3},
        "steered": {policy: {site: 3}} if policy else {},
        "scopes": {scope: 3} if scope else {},
    }


def test_counts_outlive_what_counted_them(authority):
    desk = Desk(authority)
    for _ in range(3):
        desk.answer_datagram(query("www"), FRA, NOW_S)
        desk.forget()
    assert desk.counters.snapshot("fra")["answered"]["types"] == {"A": 3}


@given(st.lists(st.tuples(st.integers(0, 10**10), st.integers(1, 64)), max_size=9))
def test_every_time_is_in_the_class_that_it_belongs_to(times):
    latency = Latency()
    for time_ns, count in times:
        latency.add(time_ns, count)
    told = latency.snapshot()
    assert told.pop("sum_us") == sum(ns * count for ns, count in times) // 1000
    assert sum(told.values()) == sum(count for _, count in times)
    for end, count in told.items():
        below = [n for ns, n in times if end == "inf" or ns // 1000 < int(end)]
        assert count <= sum(below)


def test_samples_are_so_many_a_second_and_the_latest():
    samples = Samples(2)
    for now_s in (1, 1, 1, 2):
        if samples.left(now_s):
            samples.take(Sample(now_s, "udp", FRA, query("www", 1, SUBNET), b""))
    assert [each["time_s"] for each in samples.snapshot()] == [1, 1, 2]
    for now_s in range(3, 3 + KEPT):
        samples.left(now_s)
        samples.take(Sample(now_s, "tcp", FRA, b"x", b""))
    assert len(samples.snapshot()) == KEPT


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        pytest.param(
            query("www", 1, SUBNET),
            {"name": "www.gslb.net", "type": "A", "subnet": "11.2.3.0/24"},
            id="subnet",
        ),
        pytest.param(
            query("www", 1, OPT_OUT), {"type": "A", "subnet": "0.0.0.0/0"}, id="none"
        ),
        pytest.param(query("nowhere", 999), {"type": "999"}, id="odd type"),
        pytest.param(
            query("www", 1, Option(8, b"\0\7")),
            {"name": "www.gslb.net"},
            id="bad subnet",
        ),
        pytest.param(b"x" * 40, {"source": FRA, "octets": 40}, id="no DNS"),
    ],
)
def test_a_sample_tells_what_was_asked_and_answered(authority, asked, told):
    response = Desk(authority).answer_datagram(asked, FRA, NOW_S) or b""
    samples = Samples(1)
    samples.take(Sample(NOW_S, "udp", FRA, asked, response))
    [found] = samples.snapshot()
    assert told.items() <= found.items()
    assert ("rcode" in found) == bool(response)

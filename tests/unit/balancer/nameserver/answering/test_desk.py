"""What is counted, and what the status object shows of it."""

import dns.flags
import dns.message
import dns.rcode
import pytest

from balancer.nameserver.answering.desk import Desk
from balancer.nameserver.content.authority import Authority
from balancer.nameserver.protection.limit import RateLimit
from balancer.nameserver.zones.zone import Zones
from balancer.wire.dns.edns import Edns, Option
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question, make_query

NOW_S = 1_800_000_000
SUBNET = Option(8, b"\0\1\x18\0\x0b\2\3")


def query(name, type_=1, edns=None):
    return make_query(7, Question(name_from_text(name), type_), edns).to_wire()


@pytest.mark.parametrize(
    ("wire", "counted"),
    [
        pytest.param(query("www.gslb.net"), {"answers"}, id="fast"),
        pytest.param(
            query("www.gslb.net", edns=Edns(1232, options=(SUBNET,))),
            {"answers", "ecs"},
            id="fast with subnet",
        ),
        pytest.param(
            query("c.gslb.net", edns=Edns(1232, options=(SUBNET,))),
            {"nxdomain", "ecs"},
            id="slow with subnet",
        ),
        pytest.param(query("www.gslb.net", 16), {"nodata"}, id="no data"),
        pytest.param(query("x.child.gslb.net"), {"referrals"}, id="referral"),
        pytest.param(query("many.gslb.net"), {"answers", "truncated"}, id="truncated"),
        pytest.param(query("gslb.net", 252), {"refused"}, id="transfer"),
        pytest.param(query("gslb.net")[:-1], {"formerr"}, id="malformed"),
        pytest.param(query("gslb.net", edns=Edns(1, 1)), {"badvers"}, id="EDNS 1"),
        pytest.param(b"\0\0\x28" + bytes(9), {"notimp"}, id="update"),
        pytest.param(b"\0\0\x80" + bytes(9), {"dropped"}, id="a response"),
    ],
)
def test_each_outcome_has_its_counter(authority, wire, counted):
    desk = Desk(authority)
    assert (desk.answer_datagram(wire, "11.1.3.10", NOW_S) is None) == (
        "dropped" in counted
    )
    counters = desk.counters.snapshot("fra")["counters"]
    assert {name for name, count in counters.items() if count} == {
        "queries",
        "udp",
        *counted,
    }
    assert set(counters.values()) <= {0, 1}


def test_streams_and_sources_are_counted(authority):
    desk = Desk(authority)
    for _ in range(3):
        desk.answer_message(query("many.gslb.net"), "11.1.3.10", NOW_S)
    desk.answer_datagram(query("many.gslb.net"), "2a11::10", NOW_S)
    status = desk.counters.snapshot("fra")
    assert status["site"] == "fra"
    assert status["queries_by_source"] == {"11.1.3.10": 3, "2a11::10": 1}
    assert status["counters"]["tcp"] == 3
    assert status["counters"]["truncated"] == 1


def test_the_table_of_sources_is_bounded(authority, monkeypatch):
    monkeypatch.setattr("balancer.nameserver.answering.counters.MAX_SOURCES", 2)
    desk = Desk(authority)
    for host in (1, 2, 3, 3, 1):
        desk.answer_datagram(query("www.gslb.net"), f"11.1.3.{host}", NOW_S)
    status = desk.counters.snapshot("fra")
    assert status["queries_by_source"] == {"11.1.3.1": 2, "11.1.3.2": 1}
    assert status["counters"]["other_sources"] == 2


def limited(authority):
    return Desk(authority, RateLimit(per_second=2, slip=2))


@pytest.mark.parametrize(
    "name",
    [
        "www.gslb.net",
        "many.gslb.net",
        "{}.gslb.net",
        "x{}.wild.gslb.net",
        "x{}.here.gslb.net",
        "x{}.gone.gslb.net",
    ],
)
def test_a_flood_is_held_back_and_slips(authority, name):
    desk = limited(authority)
    wires = [
        desk.answer_datagram(query(name.format(n), edns=Edns(1232)), "11.1.3.10", NOW_S)
        for n in range(6)
    ]
    assert [wire is None for wire in wires] == [False, False, True, False, True, False]
    slipped = dns.message.from_wire(wires[-1])
    assert slipped.flags & dns.flags.TC
    assert not slipped.answer
    assert slipped.edns == 0
    counters = desk.counters.snapshot("fra")["counters"]
    assert (counters["held_back"], counters["slipped"]) == (2, 2)


def test_who_returns_a_cookie_or_comes_by_tcp_is_not_limited(authority):
    desk = limited(authority)
    half = Edns(1232, options=(Option(10, b"c" * 8),))
    wire = desk.answer_datagram(query("www.gslb.net", edns=half), "11.1.3.10", NOW_S)
    whole = Edns(1232, options=(Option(10, wire[-24:]),))
    for name in ("www.gslb.net", "nowhere.gslb.net"):
        asked = query(name, edns=whole)
        for _ in range(9):
            assert desk.answer_datagram(asked, "11.1.3.10", NOW_S) is not None
            assert desk.answer_message(query(name), "11.1.3.10", NOW_S) is not None
    assert desk.counters.snapshot("fra")["counters"]["proven"] == 18


def test_another_authority_takes_over_and_counts_go_on(authority):
    desk = Desk(authority)
    desk.answer_datagram(query("www.gslb.net"), "11.1.3.10", NOW_S)
    desk.replace(Authority(Zones()))
    wire = desk.answer_datagram(query("www.gslb.net"), "11.1.3.10", NOW_S)
    assert dns.message.from_wire(wire).rcode() == dns.rcode.REFUSED
    counters = desk.counters.snapshot("fra")["counters"]
    assert (counters["answers"], counters["refused"], counters["udp"]) == (1, 1, 2)


def test_what_is_said_again_is_counted_as_if_it_were_answered(authority):
    asked = query("www.gslb.net", edns=Edns(1232, options=(SUBNET,)))
    desk = Desk(authority)
    wire = desk.answer_datagram(asked, "11.1.3.10", 1)
    [(query_octets, (again, size, tally))] = desk.said.items()
    assert (query_octets, again, size) == (asked[2:], wire[2:], len(wire))
    tally.count += 3
    desk.count_repeated("11.1.3.10", 2)
    desk.count_repeated("2a11::10", 1)
    status = desk.counters.snapshot("fra")
    counted = {name: count for name, count in status["counters"].items() if count}
    assert counted == {"queries": 4, "udp": 4, "answers": 4, "ecs": 4}
    assert status["queries_by_source"] == {"11.1.3.10": 3, "2a11::10": 1}


def test_nothing_is_said_again_where_responses_are_limited(authority):
    desk = Desk(authority, RateLimit(5))
    asked = query("www.gslb.net", edns=Edns(1232, options=(SUBNET,)))
    assert desk.answer_datagram(asked, "11.1.3.10", 1) is not None
    assert desk.said == {}

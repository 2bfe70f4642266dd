"""Every kind of query, judged on octets in and octets out; dnspython asks and reads."""

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import pytest
from dns_asking import FRA, NOW_S, ask, texts
from dns_strategies import queries
from hypothesis import given
from hypothesis import strategies as st

from balancer.nameserver.answering.answer import Drop, answer
from balancer.nameserver.answering.answered import Answer
from balancer.nameserver.content.authority import Authority
from balancer.nameserver.zones.finding import Outcome
from balancer.nameserver.zones.zone import Zones

SOA = "gslb.net. 5 IN SOA ns.gslb.net. hostmaster.gslb.net. 7 3600 600 1209600 5"


@pytest.mark.parametrize(
    ("name", "type_", "outcome", "answers", "denied"),
    [
        pytest.param(
            "www.gslb.net", "A", "answers", ["www.gslb.net. 20 IN A 23.0.1.80"], [],
            id="steered A",
        ),
        pytest.param(
            "www.gslb.net", "AAAA", "answers",
            ["www.gslb.net. 20 IN AAAA 2a23:0:1::80"], [],
            id="steered AAAA",
        ),
        pytest.param(
            "v4.gslb.net", "A", "answers",
            ["v4.gslb.net. 20 IN A 23.0.1.80", "v4.gslb.net. 20 IN A 23.0.2.80"], [],
            id="static gives all",
        ),
        pytest.param("v4.gslb.net", "AAAA", "nodata", [], [SOA], id="other family"),
        pytest.param("www.gslb.net", "TXT", "nodata", [], [SOA], id="other type"),
        pytest.param("b.gslb.net", "NS", "nodata", [], [SOA], id="empty non-terminal"),
        pytest.param("c.gslb.net", "A", "nxdomain", [], [SOA], id="not there"),
        pytest.param("x.www.gslb.net", "A", "nxdomain", [], [SOA], id="below a leaf"),
        pytest.param(
            "a.b.gslb.net", "TXT", "answers", ['a.b.gslb.net. 60 IN TXT "deep"'], [],
            id="TXT with its own TTL",
        ),
        pytest.param(
            "gslb.net", "SOA", "answers", [SOA.replace(" 5 IN", " 3600 IN")], [],
            id="SOA",
        ),
        pytest.param(
            "gslb.net", "NS", "answers", ["gslb.net. 3600 IN NS ns.gslb.net."], [],
            id="NS",
        ),
        pytest.param(
            "alias.gslb.net", "A", "answers",
            [
                "alias.gslb.net. 3600 IN CNAME www.gslb.net.",
                "www.gslb.net. 20 IN A 23.0.1.80",
            ],
            [],
            id="alias",
        ),
        pytest.param(
            "alias.gslb.net", "CNAME", "answers",
            ["alias.gslb.net. 3600 IN CNAME www.gslb.net."], [],
            id="the alias itself",
        ),
        pytest.param(
            "alias.gslb.net", "TXT", "answers",
            ["alias.gslb.net. 3600 IN CNAME www.gslb.net."], [SOA],
            id="alias to no data",
        ),
        pytest.param(
            "lost.gslb.net", "A", "nxdomain",
            ["lost.gslb.net. 3600 IN CNAME nowhere.gslb.net."], [SOA],
            id="alias to nothing",
        ),
        pytest.param(
            "away.gslb.net", "A", "answers",
            ["away.gslb.net. 3600 IN CNAME www.example.org."], [],
            id="alias out of the zone",
        ),
        pytest.param(
            "below.gslb.net", "A", "referrals",
            ["below.gslb.net. 3600 IN CNAME www.child.gslb.net."],
            ["child.gslb.net. 3600 IN NS ns.child.gslb.net."],
            id="alias below a cut",
        ),
        pytest.param("alias.gslb.net", "NSEC", "nodata", [], [SOA], id="alias, NSEC"),
        pytest.param("alias.gslb.net", "RRSIG", "nodata", [], [SOA], id="alias, RRSIG"),
        pytest.param(
            "gslb.net", "MX", "answers", ["gslb.net. 3600 IN MX 10 mail.gslb.net."], [],
            id="MX",
        ),
        pytest.param(
            "gslb.net", "CAA", "answers",
            ['gslb.net. 3600 IN CAA 0 issue "ca.example.net"'], [],
            id="CAA",
        ),
        pytest.param(
            "_dns._tcp.gslb.net", "SRV", "answers",
            ["_dns._tcp.gslb.net. 3600 IN SRV 1 2 53 ns.gslb.net."], [],
            id="SRV",
        ),
        pytest.param(
            "web.gslb.net", "HTTPS", "answers",
            ['web.gslb.net. 3600 IN HTTPS 1 . alpn="h2" port="8443"'], [],
            id="HTTPS",
        ),
        pytest.param(
            "x.y.wild.gslb.net", "A", "answers",
            ["x.y.wild.gslb.net. 3600 IN A 23.53.0.70"], [],
            id="wildcard, over two labels",
        ),
        pytest.param(
            "*.wild.gslb.net", "TXT", "answers",
            ['*.wild.gslb.net. 3600 IN TXT "wild"'], [],
            id="wildcard by its own name",
        ),
        pytest.param("x.wild.gslb.net", "MX", "nodata", [], [SOA], id="wildcard of A"),
        pytest.param("wild.gslb.net", "A", "nodata", [], [SOA], id="above a wildcard"),
        pytest.param(
            "real.wild.gslb.net", "A", "nodata", [], [SOA],
            id="empty non-terminal hides a wildcard",
        ),
        pytest.param(
            "b.real.wild.gslb.net", "A", "nxdomain", [], [SOA],
            id="beside what hides a wildcard",
        ),
        pytest.param(
            "x.*.wild.gslb.net", "A", "nxdomain", [], [SOA],
            id="below a wildcard",
        ),
        pytest.param(
            "deep.x.cdn.gslb.net", "A", "answers",
            ["deep.x.cdn.gslb.net. 20 IN A 23.0.1.81"], [],
            id="steered wildcard",
        ),
        pytest.param("gslb.net", "DS", "nodata", [], None, id="DS of a zone of ours"),
        pytest.param("child.gslb.net", "DS", "nodata", [], [SOA], id="DS at a cut"),
        pytest.param("net", "A", "nodata", [], None, id="above, in the root zone"),
    ],
)  # fmt: skip
def test_authoritative(authority, name, type_, outcome, answers, denied):
    result, response = ask(authority, name, type_)
    assert result.outcome == outcome
    assert response.flags & dns.flags.AA
    assert response.rcode() == (
        dns.rcode.NXDOMAIN if outcome == "nxdomain" else dns.rcode.NOERROR
    )
    assert texts(response.answer) == answers
    assert denied is None or texts(response.authority) == denied


@pytest.mark.parametrize("name", ["child.gslb.net", "a.b.c.child.gslb.net"])
@pytest.mark.parametrize("type_", ["A", "NS"])
def test_referral_has_glue_and_is_not_authoritative(authority, name, type_):
    result, response = ask(authority, name, type_)
    assert result.outcome == Outcome.REFERRALS
    assert not response.flags & dns.flags.AA
    assert not response.answer
    assert texts(response.authority) == [
        "child.gslb.net. 3600 IN NS ns.child.gslb.net."
    ]
    assert texts(response.additional) == [
        "ns.child.gslb.net. 3600 IN A 23.53.0.60",
        "ns.child.gslb.net. 3600 IN AAAA 2a23:53::60",
    ]


def test_the_more_specific_zone_of_ours_answers(authority):
    assert ask(authority, "hidden.gslb.net")[0].outcome == Outcome.NXDOMAIN
    assert ask(authority, "www.example.net")[0].outcome == Outcome.REFERRALS


def test_apex_servers_come_with_their_addresses(authority):
    _, response = ask(authority, ".", "NS")
    assert texts(response.additional) == ["a.root.net. 3600 IN A 23.53.0.1"]


def test_aliases_in_a_ring_end(authority):
    _, response = ask(authority, "loop.gslb.net")
    assert {str(rrset.name) for rrset in response.answer} == {
        "loop.gslb.net.",
        "pool.gslb.net.",
    }


@pytest.mark.parametrize(
    ("name", "options"),
    [
        pytest.param("www.gslb.net", {"rdclass": "CH"}, id="CHAOS"),
        pytest.param("version.bind", {"rdclass": "CH"}, id="CHAOS, not TXT"),
        pytest.param("gslb.net", {"rdtype": "AXFR"}, id="zone transfer"),
    ],
)
def test_refused(authority, name, options):
    query = dns.message.make_query(name, options.pop("rdtype", "A"), **options)
    result = answer(authority, query.to_wire(), FRA, NOW_S)
    assert result.outcome == Outcome.REFUSED
    assert dns.message.from_wire(result.wire).rcode() == dns.rcode.REFUSED


def test_out_of_zone_is_refused(authority):
    own = Zones([z for z in authority.zones.by_apex.values() if z.apex != b"\0"])
    result, response = ask(Authority(own), "www.example.org")
    assert result.outcome == Outcome.REFUSED
    assert response.rcode() == dns.rcode.REFUSED
    assert not response.flags & dns.flags.AA


@pytest.mark.parametrize(
    ("name", "text"),
    [("version.bind", "9.9"), ("VERSION.server", "9.9"), ("id.server", "fra-ns1"),
     ("hostname.bind", "fra-ns1")],
)  # fmt: skip
def test_tells_about_itself_when_it_may(authority, name, text):
    _, response = ask(authority, name, "TXT", rdclass="CH")
    assert texts(response.answer) == [f'{name}. 0 CH TXT "{text}"']
    query = dns.message.make_query(name, "TXT", rdclass="CH").to_wire()
    hidden = answer(Authority(authority.zones), query, FRA, NOW_S)
    assert hidden.outcome == Outcome.REFUSED


def test_any_gets_one_set(authority):
    _, response = ask(authority, "ns.gslb.net", "ANY")
    assert texts(response.answer) == ["ns.gslb.net. 3600 IN A 23.53.0.53"]


def test_case_is_echoed(authority):
    result, _ = ask(authority, "wWw.gSLb.NeT")
    assert b"\3wWw\4gSLb\3NeT\0" in result.wire
    assert result.outcome == Outcome.ANSWERS


@pytest.mark.parametrize("opcode", [1, 2, 4, 5, 6, 15])
def test_other_opcodes_are_not_implemented(authority, opcode):
    query = bytearray(dns.message.make_query("www.gslb.net", "A").to_wire())
    query[2] = opcode << 3 | 1
    result = answer(authority, bytes(query), FRA, NOW_S)
    assert result.outcome == Outcome.NOTIMP
    # The opcode is kept, RD is not: outside of QUERY it means nothing.
    assert result.wire == query[:2] + bytes((0x80 | opcode << 3, 4)) + bytes(8)


def test_malformed_is_told_in_a_header(authority):
    query = dns.message.make_query("www.gslb.net", "A").to_wire()
    two_questions = query[:5] + b"\2" + query[6:]
    for wire in (query[:-1], two_questions, query[:12]):
        result = answer(authority, wire, FRA, NOW_S)
        assert result.outcome == Outcome.FORMERR
        assert result.wire == query[:2] + b"\x81\1" + bytes(8)


def test_responses_and_runts_get_silence(authority):
    query = dns.message.make_query("www.gslb.net", "A")
    response = dns.message.make_response(query).to_wire()
    for wire in (response, b"", query.to_wire()[:11]):
        assert isinstance(answer(authority, wire, FRA, NOW_S), Drop)


@given(st.data())
def test_any_octets_get_a_readable_response_or_none(authority, data):
    wire = data.draw(st.binary(max_size=60) | queries().map(lambda q: q.to_wire()))
    if wire and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(wire) - 1))
        wire = wire[:at] + bytes((data.draw(st.integers(0, 255)),)) + wire[at + 1 :]
    result = answer(authority, wire, FRA, NOW_S)
    if isinstance(result, Answer):
        assert len(result.wire) <= 1232
        assert result.wire[:2] == wire[:2]
        # An update's sections are named otherwise; dnspython reads a query's.
        response = dns.message.from_wire(result.wire, ignore_trailing=False)
        assert response.flags & dns.flags.QR

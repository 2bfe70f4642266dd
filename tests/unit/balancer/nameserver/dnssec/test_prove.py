"""Signed answers and denials, judged by dnspython's validator."""

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import pytest
from dns_strategies import names
from hypothesis import given
from hypothesis import strategies as st

from balancer.nameserver.answering.answer import answer
from balancer.nameserver.answering.fast import FastPath
from balancer.nameserver.dnssec.sign import PERIOD_S
from balancer.wire.dns.edns import Edns
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question, make_query

NOW_S = 1_800_000_000
FRA = "11.1.3.10"


def ask(authority, name, type_="A", now_s=NOW_S, flags=dns.flags.DO):
    query = dns.message.make_query(name, type_, use_edns=True, ednsflags=flags)
    result = answer(authority, query.to_wire(), FRA, now_s)
    return dns.message.from_wire(result.wire)


def validated(section, keys, now_s=NOW_S):
    """The sets of a section whose signatures hold, without the signatures."""
    found = {}
    for rrset in section:
        if rrset.rdtype != dns.rdatatype.RRSIG:
            signatures = [
                each
                for each in section
                if (each.name, each.rdtype, each.covers)
                == (rrset.name, dns.rdatatype.RRSIG, rrset.rdtype)
            ]
            for each in signatures:
                dns.dnssec.validate(rrset, each, keys, now=now_s)
            if signatures:
                found[str(rrset.name), dns.rdatatype.to_text(rrset.rdtype)] = rrset
    return found


def types_of(nsec):
    """The types that an NSEC record says that there are."""
    return set(nsec[0].to_text().split()[1:])


@pytest.mark.parametrize(
    ("name", "type_", "sets"),
    [
        pytest.param("www.gslb.net", "A", {"A"}, id="steered"),
        pytest.param("wWw.gSlb.net", "AAAA", {"AAAA"}, id="0x20 case"),
        pytest.param("gslb.net", "DNSKEY", {"DNSKEY"}, id="the key itself"),
        pytest.param("gslb.net", "SOA", {"SOA"}, id="SOA"),
        pytest.param("gslb.net", "NS", {"NS"}, id="NS"),
        pytest.param("gslb.net", "MX", {"MX"}, id="MX"),
        pytest.param("web.gslb.net", "HTTPS", {"HTTPS"}, id="HTTPS"),
        pytest.param("x.y.wild.gslb.net", "TXT", {"TXT"}, id="wildcard"),
        pytest.param("*.wild.gslb.net", "TXT", {"TXT"}, id="asterisk"),
        pytest.param("x.heap.gslb.net", "TXT", {"TXT"}, id="stored unsorted"),
        pytest.param("x.cdn.gslb.net", "A", {"A"}, id="steered wildcard"),
        pytest.param("alias.gslb.net", "A", {"CNAME", "A"}, id="alias"),
        pytest.param("away.gslb.net", "A", {"CNAME"}, id="alias out of the zone"),
        pytest.param("child.gslb.net", "DS", {"DS"}, id="DS"),
        pytest.param("v4.gslb.net", "ANY", {"A"}, id="ANY"),
        pytest.param("www.gslb.net", "NSEC", {"NSEC"}, id="NSEC"),
        pytest.param("alias.gslb.net", "NSEC", {"NSEC"}, id="NSEC of an alias"),
        pytest.param("nowhere.gslb.net", "NSEC", {"NSEC"}, id="NSEC of no name"),
    ],
)
def test_answers_are_signed(signed, keys, name, type_, sets):
    response = ask(signed, name, type_)
    assert response.flags & dns.flags.AA
    assert {type_ for _, type_ in validated(response.answer, keys)} == sets
    assert not response.authority


@pytest.mark.parametrize(
    ("name", "type_", "there"),
    [
        pytest.param("nowhere.gslb.net", "A", {"NXNAME"}, id="no name"),
        pytest.param("a.b.c.gslb.net", "A", {"NXNAME"}, id="no name, deeper"),
        pytest.param("b.gslb.net", "A", set(), id="empty non-terminal"),
        pytest.param("www.gslb.net", "TXT", {"A", "AAAA"}, id="steered"),
        pytest.param("x.wild.gslb.net", "MX", {"A", "TXT"}, id="wildcard"),
        pytest.param("plain.gslb.net", "DS", {"NS"}, id="DS of an unsigned child"),
        pytest.param(
            "gslb.net", "AAAA", {"NS", "SOA", "MX", "CAA", "DNSKEY"}, id="apex"
        ),
    ],
)
def test_denials_are_signed_and_say_what_is_there(signed, keys, name, type_, there):
    response = ask(signed, name, type_)
    assert response.rcode() == dns.rcode.NOERROR
    assert not response.answer
    found = validated(response.authority, keys)
    assert set(found) == {("gslb.net.", "SOA"), (f"{name}.", "NSEC")}
    nsec = found[f"{name}.", "NSEC"]
    assert {"TYPE128" if t == "NXNAME" else t for t in there} | {"RRSIG", "NSEC"} == {
        "TYPE128" if t == "NXNAME" else t for t in types_of(nsec)
    }
    assert nsec[0].next == dns.name.from_text(f"\\000.{name}.")
    assert nsec.ttl == 5


def test_an_alias_to_nothing(signed, keys):
    response = ask(signed, "lost.gslb.net")
    assert set(validated(response.answer, keys)) == {("lost.gslb.net.", "CNAME")}
    assert ("nowhere.gslb.net.", "NSEC") in validated(response.authority, keys)


@pytest.mark.parametrize(
    ("child", "proof"),
    [("child.gslb.net.", "DS"), ("plain.gslb.net.", "NSEC")],
    ids=["signed", "unsigned"],
)
def test_referrals_prove_what_the_child_is(signed, keys, child, proof):
    response = ask(signed, f"www.{child}")
    assert not response.flags & dns.flags.AA
    found = validated(response.authority, keys)
    assert set(found) == {(child, proof)}  # and the NS set is not signed
    assert any(each.rdtype == dns.rdatatype.NS for each in response.authority)
    if proof == "NSEC":
        assert types_of(found[child, proof]) == {"NS", "RRSIG", "NSEC"}


@pytest.mark.parametrize(
    ("alias", "child", "proof"),
    [("below", "child", "DS"), ("apart", "plain", "NSEC")],
    ids=["signed", "unsigned"],
)
def test_an_alias_into_a_child_comes_with_its_proof(signed, keys, alias, child, proof):
    response = ask(signed, f"{alias}.gslb.net")
    assert response.flags & dns.flags.AA
    assert set(validated(response.answer, keys)) == {(f"{alias}.gslb.net.", "CNAME")}
    assert set(validated(response.authority, keys)) == {(f"{child}.gslb.net.", proof)}
    assert any(each.rdtype == dns.rdatatype.NS for each in response.authority)


def test_who_does_not_ask_for_signatures_gets_none(signed):
    response = ask(signed, "nowhere.gslb.net", flags=0)
    assert response.rcode() == dns.rcode.NXDOMAIN
    assert [each.rdtype for each in response.authority] == [dns.rdatatype.SOA]


def test_who_understands_gets_the_response_code_as_well(signed):
    compact_ok = dns.flags.DO | 0x4000
    assert ask(signed, "nowhere.gslb.net", flags=compact_ok).rcode() == (
        dns.rcode.NXDOMAIN
    )
    assert ask(signed, "b.gslb.net", flags=compact_ok).rcode() == dns.rcode.NOERROR


def test_nobody_asks_for_nxname(signed):
    assert ask(signed, "www.gslb.net", "TYPE128").rcode() == dns.rcode.FORMERR


def test_signatures_are_answered_to_who_asks_for_them(signed):
    response = ask(signed, "www.gslb.net", "RRSIG")
    [rrset] = response.answer
    assert rrset.rdtype == dns.rdatatype.RRSIG


def test_an_unsigned_zone_beside_it(signed):
    response = ask(signed, "a.root.net")
    assert [each.rdtype for each in response.answer] == [dns.rdatatype.A]


@pytest.mark.parametrize(
    ("name", "flags", "is_copied"),
    [
        pytest.param("www.gslb.net", dns.flags.DO, True, id="steered"),
        pytest.param("alias.gslb.net", dns.flags.DO, True, id="alias"),
        pytest.param("nowhere.gslb.net", dns.flags.DO, True, id="no name"),
        pytest.param("x.child.gslb.net", dns.flags.DO, True, id="below a child"),
        pytest.param("gslb.net", dns.flags.DO, True, id="the long way"),
        pytest.param("www.gslb.net", 0, False, id="no signatures asked for"),
        pytest.param("a.root.net", dns.flags.DO, False, id="an unsigned zone"),
    ],
)
def test_checking_is_disabled_in_what_is_signed(signed, fast, name, flags, is_copied):
    type_ = "SOA" if name == "gslb.net" else "A"
    query = dns.message.make_query(name, type_, use_edns=True, ednsflags=flags)
    for bit in (0, dns.flags.CD):
        query.flags = bit
        wires = [answer(signed, query.to_wire(), FRA, NOW_S).wire]
        wires += [it for it in [fast.answer(query.to_wire(), FRA, NOW_S)] if it]
        for wire in wires:
            said = dns.message.from_wire(wire).flags & dns.flags.CD
            assert said == (bit if is_copied else 0)
        assert len(wires) == (1 if "nowhere" in name or "child" in name else 2)


@pytest.mark.parametrize("days", [0, 1, 30])
def test_signatures_are_valid_at_any_time_and_for_longer_than_ttls(signed, keys, days):
    for now_s in (NOW_S, NOW_S - NOW_S % PERIOD_S, NOW_S - NOW_S % PERIOD_S - 1):
        at_s = now_s + days * PERIOD_S
        response = ask(signed, "www.gslb.net", now_s=at_s)
        for moment in (at_s - 5 * 3600, at_s, at_s + 3 * PERIOD_S):
            assert validated(response.answer, keys, moment)


inside = st.one_of(
    names.map(lambda name: name[:-1] + b"\4gslb\3net\0"),
    st.sampled_from(["www", "x.wild", "b", "", "alias", "v4"]).map(
        lambda text: name_from_text(f"{text}.gslb.net".lstrip("."))
    ),
)


@given(inside, st.sampled_from([1, 2, 6, 15, 16, 28, 48, 65, 255]))
def test_every_set_of_ours_validates(signed, keys, name, type_):
    query = make_query(7, Question(name, type_), Edns(4096, dnssec_ok=True)).to_wire()
    for stream in (False, True):
        response = dns.message.from_wire(answer(signed, query, FRA, NOW_S, stream).wire)
        for section in (response.answer, response.authority):
            signed_sets = validated(section, keys)
            for each in section:
                kind = str(each.name), dns.rdatatype.to_text(each.rdtype)
                assert (
                    kind[1] == "RRSIG"
                    or kind in signed_sets
                    or (kind == ("child.gslb.net.", "NS"))
                )


@given(inside, st.sampled_from([1, 2, 6, 15, 16, 28, 48, 65]), st.booleans())
def test_the_fast_path_says_the_same(signed, fast, name, type_, wants):
    edns = Edns(1232, dnssec_ok=wants)
    query = make_query(7, Question(name, type_), edns).to_wire()
    for now_s in (NOW_S, NOW_S + PERIOD_S, NOW_S):
        said = fast.answer(query, FRA, now_s)
        assert said is None or said == answer(signed, query, FRA, now_s).wire


@pytest.fixture(scope="module")
def fast(signed):
    return FastPath(signed)


def test_signed_answers_are_hot(fast):
    for type_ in (1, 28):
        question = Question(name_from_text("www.gslb.net"), type_)
        query = make_query(7, question, Edns(1232, dnssec_ok=True)).to_wire()
        assert fast.answer(query, FRA, NOW_S) is not None

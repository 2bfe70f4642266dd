"""Signed answers and denials, judged by dnspython's validator."""

import pickle
from dataclasses import replace

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from dns_strategies import names
from hypothesis import given
from hypothesis import strategies as st

from balancer.nameserver.answering.answer import answer
from balancer.nameserver.answering.desk import Desk
from balancer.nameserver.answering.fast import FastPath
from balancer.nameserver.content.authority import Authority
from balancer.nameserver.dnssec.sign import PERIOD_S
from balancer.nameserver.protection.budget import Budget
from balancer.nameserver.protection.cookies import Cookies
from balancer.nameserver.protection.limit import RateLimit
from balancer.nameserver.zones.keys import SigningKey, _as_numbers
from balancer.wire.dns.dnssec import next_name
from balancer.wire.dns.edns import Edns, Option
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question, make_query

NOW_S = 1_800_000_000
FRA = "11.1.3.10"
APEX = dns.name.from_text("gslb.net")
APART = '{ name = "apart.gslb.net", type = "CNAME", value = "www.plain.gslb.net" }'
SIGNED_CONFIG_EDITS = {
    'record = [\n  { name = "gslb': f'record = [\n  {APART},\n  {{ name = "gslb',
    'name = "gslb.net"\nprimary': (
        'name = "gslb.net"\ndnssec = { key = "any" }\nprimary'
    ),
    'name = "child.gslb.net"\n': (
        f'name = "child.gslb.net"\nds = ["7 13 2 {"ab" * 32}"]\n'
    ),
}


@pytest.fixture(scope="module")
def signed(zone_text, load):
    text = zone_text
    for old, new in SIGNED_CONFIG_EDITS.items():
        assert old in text
        text = text.replace(old, new)
    plain = (
        '[[zone.delegation]]\nname = "plain.gslb.net"\nnameservers = { "a.org" = [] }\n'
    )
    text = text.replace("[[zone.service]]", f"{plain}[[zone.service]]", 1)
    return Authority(load(text))


@pytest.fixture(scope="module")
def keys(signed):
    rdata = signed.zones.by_apex[name_from_text("gslb.net")].key.dnskey
    key = dns.rdata.from_wire("IN", "DNSKEY", rdata, 0, len(rdata))
    return {APEX: dns.rrset.from_rdata(APEX, 3600, key)}


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


def test_keys_can_be_stored_and_handed_over(tmp_path, keys):
    key = SigningKey.generate()
    again = SigningKey.from_pem(key.to_pem())
    assert again.dnskey == key.dnskey
    assert pickle.loads(pickle.dumps(key)).sign(b"x") == key.sign(b"x")
    with pytest.raises(ValueError, match="PEM"):
        SigningKey.from_pem(b"no key")


def test_digest_is_what_dnspython_computes(keys, signed):
    [dnskey] = keys[APEX]
    zone = signed.zones.by_apex[name_from_text("gslb.net")]
    assert zone.key.digest(zone.apex) == dns.dnssec.make_ds(APEX, dnskey, 2).to_wire()


@given(st.tuples(*[st.integers(1, 2**256 - 1) | st.integers(1, 2**16)] * 2))
def test_a_signature_is_two_numbers_of_fixed_length(numbers):
    r, s = numbers
    fixed = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert _as_numbers(encode_dss_signature(r, s)) == fixed


def test_what_is_not_sent_is_not_signed(signed, monkeypatch):
    denials = []
    sign = SigningKey.sign_once

    def counted(key, data):
        denials.append(data)
        return sign(key, data)

    monkeypatch.setattr(SigningKey, "sign_once", counted)
    desk = Desk(signed, RateLimit(per_second=2, slip=2))
    for number in range(20):
        question = Question(name_from_text(f"x{number}.gslb.net"), 1)
        query = make_query(7, question, Edns(1232, dnssec_ok=True)).to_wire()
        desk.answer_datagram(query, FRA, NOW_S)
    assert len(denials) == 2
    assert all(data[:2] == b"\0\x2f" for data in denials)


def test_who_asks_for_made_up_names_is_sent_to_tcp_in_the_end(signed):
    server = replace(signed, cookies=Cookies((b"k" * 16,)), budget=Budget(2))

    def ask_for(name, now_s=NOW_S, stream=False, cookie=b""):
        options = (Option(10, cookie),) if cookie else ()
        edns = Edns(1232, dnssec_ok=True, options=options)
        question = Question(name_from_text(f"{name}.gslb.net"), 1)
        query = make_query(7, question, edns).to_wire()
        return answer(server, query, FRA, now_s, stream)

    def is_cut(name, **how):
        said = ask_for(name, **how)
        assert bool(said.wire[2] & 2) == said.truncated
        return said.truncated

    assert not is_cut("x1")
    assert not is_cut("new1.wild")
    assert is_cut("x2")
    assert is_cut("new2.wild")
    assert is_cut("new.here"), "a wildcard's alias"
    assert is_cut("new.gone")
    assert not is_cut("away")
    assert not is_cut("new1.wild"), "its signature is there"
    assert not is_cut("www")
    assert not is_cut("b")
    assert not is_cut("x2", stream=True)
    [cookie] = dns.message.from_wire(ask_for("x2", cookie=b"c" * 8).wire).options
    assert not is_cut("x2", cookie=cookie.to_wire())
    assert not is_cut("x2", now_s=NOW_S + 1)


def made_up_query(labels=3, options=(), records=0):
    """A query for a made-up name, with records before its OPT record."""
    name = name_from_text(".".join("x" * (labels - 2)) + ".gslb.net")
    edns = Edns(1232, dnssec_ok=True, options=options)
    query = make_query(7, Question(name, 1), edns).to_wire()
    end = len(query) - len(edns.to_wire())
    nothing = b"\0\0\1\0\1" + bytes(6)
    counted = query[:10] + (1 + records).to_bytes(2) + query[12:end]
    return counted + nothing * records + query[end:]


@pytest.mark.parametrize(
    ("query", "is_signed"),
    [
        pytest.param(made_up_query(), True, id="plain"),
        pytest.param(made_up_query(labels=40), True, id="as many labels as in use"),
        pytest.param(made_up_query(labels=41), False, id="more labels"),
        pytest.param(made_up_query(records=1), False, id="another record"),
        pytest.param(
            made_up_query(options=(Option(12, bytes(24)),)), True, id="padding"
        ),
        pytest.param(
            made_up_query(options=(Option(3, b""), Option(9, b""))), False, id="options"
        ),
        pytest.param(
            made_up_query(options=(Option(10, b"c" * 8),)), True, id="a client's cookie"
        ),
        pytest.param(
            made_up_query(options=(Option(10, b"c" * 24),)), False, id="a forged cookie"
        ),
    ],
)
def test_who_makes_a_query_dear_in_two_ways_is_sent_to_tcp(signed, query, is_signed):
    server = replace(signed, cookies=Cookies((b"k" * 16,)), budget=Budget(10))
    said = answer(server, query, FRA, NOW_S)
    assert said.truncated == (not is_signed)
    assert not answer(server, query, FRA, NOW_S, stream=True).truncated


def test_who_is_proven_may_ask_as_it_likes(signed):
    cookies = Cookies((b"k" * 16,))
    server = replace(signed, cookies=cookies, budget=Budget(0))
    cookie = Option(10, cookies.reply(b"c" * 8, FRA, NOW_S).data)
    query = made_up_query(labels=60, options=(Option(3, b""), cookie))
    assert not answer(server, query, FRA, NOW_S).truncated


def test_signatures_are_bounded(monkeypatch):
    monkeypatch.setattr("balancer.nameserver.zones.keys.MAX_SIGNATURES", 3)
    key = SigningKey.generate()
    for number in range(10):
        key.sign(bytes([number]))
        key.sign_once(bytes([number]))
    assert len(key._signatures) <= 3


def test_made_up_names_push_no_signature_out(monkeypatch):
    monkeypatch.setattr("balancer.nameserver.zones.keys.MAX_SIGNATURES", 3)
    key, made = SigningKey.generate(), []
    signature = key.sign(b"www")
    for number in [*range(10), 9]:
        key.sign(bytes([number]), begin=lambda: made.append(1))
    assert len(key._of_any_names) <= 3
    assert len(made) == 10
    assert list(key._signatures.values()) == [signature]


@given(names.filter(lambda name: len(name) > 2))
def test_the_next_name_is_behind(name):
    name = name.lower()
    assert dns.name.from_wire(next_name(name), 0)[0] > dns.name.from_wire(name, 0)[0]


@pytest.mark.parametrize(
    "first",
    [b"x" * 61, b"\xff" * 61, b"x" * 60 + b"@", b"x" * 60 + b"\xff"],
    ids=["long", "no greater octet", "before the capitals", "last octet"],
)
@pytest.mark.parametrize("second", [b"y" * 63, b"\xff" * 63])
def test_the_next_name_of_one_that_cannot_grow(first, second):
    labels = [first, second, b"y" * 63, b"y" * 63]
    name = b"".join(bytes([len(each)]) + each for each in labels) + b"\0"
    assert len(name) == 255
    assert dns.name.from_wire(next_name(name), 0)[0] > dns.name.from_wire(name, 0)[0]


def test_behind_the_last_name_is_the_first():
    labels = b"\x3f" + b"\xff" * 63
    assert next_name(b"\x3d" + b"\xff" * 61 + labels * 3 + b"\0") == b"\0"

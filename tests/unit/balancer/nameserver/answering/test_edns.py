"""What the OPT record of a query asks for, and what is said to it."""

from dataclasses import replace

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import pytest
from dns_asking import FRA, NOW_S, ask, texts

from balancer.nameserver.answering.answer import answer
from balancer.nameserver.content.authority import Authority
from balancer.nameserver.zones.finding import Outcome
from balancer.wire.dns.edns import Edns, Option
from balancer.wire.dns.query import Header

IAD = "11.2.3.10"
SOA = "gslb.net. 5 IN SOA ns.gslb.net. hostmaster.gslb.net. 7 3600 600 1209600 5"


def test_identity_is_told_to_who_asks(authority):
    option = dns.edns.GenericOption(dns.edns.NSID, b"")
    _, response = ask(authority, "www.gslb.net", options=[option])
    assert [o.to_wire() for o in response.options] == [b"fra-ns1"]
    _, response = ask(Authority(authority.zones), "www.gslb.net", options=[option])
    assert not response.options


def test_cookies_go_round(authority):
    first = dns.edns.CookieOption(b"c" * 8, b"")
    result, response = ask(authority, "www.gslb.net", options=[first])
    assert (result.cookie, result.is_proven) == (True, False)
    result, again = ask(authority, "www.gslb.net", options=response.options)
    assert result.is_proven
    assert again.options == response.options
    result, _ = ask(authority, "www.gslb.net", source=IAD, options=response.options)
    assert not result.is_proven
    _, response = ask(Authority(authority.zones), "www.gslb.net", options=[first])
    assert not response.options


def test_no_cookie_has_nine_octets(authority):
    query = dns.message.make_query(
        "www.gslb.net", "A", options=[dns.edns.GenericOption(10, b"c" * 9)]
    )
    result = answer(authority, query.to_wire(), FRA, NOW_S)
    assert result.outcome == Outcome.FORMERR


def test_a_cookie_can_be_asked_for_alone(authority):
    edns = Edns(1232, options=(Option(10, b"c" * 8),))
    header = Header(7, 0, 0, 0, 0, 1)
    result = answer(authority, header.to_wire() + edns.to_wire(), FRA, NOW_S)
    response = dns.message.from_wire(result.wire)
    assert response.rcode() == dns.rcode.NOERROR
    assert not response.question
    assert len(response.options[0].to_wire()) == 24
    for broken in (header.to_wire(), header.to_wire() + Edns(1232).to_wire()):
        refused = answer(authority, broken, FRA, NOW_S)
        assert refused.outcome == Outcome.FORMERR


@pytest.mark.parametrize(
    ("stream", "told"), [(True, [b"\0\x19"]), (False, [])], ids=["TCP", "UDP"]
)
def test_who_keeps_connections_learns_for_how_long(authority, stream, told):
    patient = replace(authority, idle_timeout_s=2.5)
    option = dns.edns.GenericOption(11, b"")
    query = dns.message.make_query("www.gslb.net", "A", options=[option]).to_wire()
    response = dns.message.from_wire(answer(patient, query, FRA, NOW_S, stream).wire)
    assert [each.to_wire() for each in response.options] == told


def subnet_of(response):
    [option] = [o for o in response.options if isinstance(o, dns.edns.ECSOption)]
    return option


@pytest.mark.parametrize(
    ("subnet", "address", "scope"),
    [
        pytest.param(("11.2.3.0", 24), "23.0.2.80", 16, id="joined to the /16"),
        pytest.param(("11.2.200.0", 24), "23.0.2.80", 16, id="syd is near iad too"),
        pytest.param(("11.1.3.0", 24), "23.0.1.80", 15, id="beside it"),
        pytest.param(("11.0.0.0", 8), "23.0.1.80", 15, id="source too short"),
        pytest.param(("200.0.0.0", 8), "23.0.1.80", 1, id="nowhere on the map"),
        pytest.param(("2a11:0:2::", 48), "23.0.2.80", 48, id="IPv6"),
        pytest.param(("0.0.0.0", 0), "23.0.1.80", 0, id="opted out: the resolver's"),
    ],
)
def test_client_subnet(authority, subnet, address, scope):
    option = dns.edns.ECSOption(*subnet)
    result, response = ask(authority, "www.gslb.net", options=[option])
    assert result.about.scope & 0xFF == scope
    assert [item.address for rrset in response.answer for item in rrset] == [address]
    echo = subnet_of(response)
    assert (echo.address, echo.srclen) == (option.address, option.srclen)
    assert echo.scopelen == scope


def test_a_client_that_opted_out_is_where_its_resolver_is(authority):
    option = dns.edns.ECSOption("0.0.0.0", 0)
    for options in ([], [option]):
        _, response = ask(authority, "www.gslb.net", source=IAD, options=options)
        assert texts(response.answer) == ["www.gslb.net. 20 IN A 23.0.2.80"]


@pytest.mark.parametrize(
    ("name", "type_"),
    [("v4.gslb.net", "A"), ("ns.gslb.net", "A"), ("c.gslb.net", "A"),
     ("v4.gslb.net", "AAAA"), ("child.gslb.net", "A")],
)  # fmt: skip
def test_what_is_the_same_for_all_has_scope_0(authority, name, type_):
    option = dns.edns.ECSOption("11.2.3.0", 24)
    _, response = ask(authority, name, type_, options=[option])
    assert subnet_of(response).scopelen == 0


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\0\1\x18\0\x0b\1", id="short"),
        pytest.param(b"\0\1\x18\x18\x0b\1\1", id="with a scope"),
        pytest.param(b"\0\7\x18\0\x0b\1\1", id="unknown family"),
        pytest.param(b"\0\1\x08\0\x0b\1", id="long"),
        pytest.param(b"", id="empty"),
    ],
)
def test_malformed_client_subnet(authority, data):
    option = dns.edns.GenericOption(8, data)
    query = dns.message.make_query("www.gslb.net", "A", options=[option])
    result = answer(authority, query.to_wire(), FRA, NOW_S)
    response = dns.message.from_wire(result.wire)
    assert result.outcome == Outcome.FORMERR
    assert response.rcode() == dns.rcode.FORMERR
    assert response.edns == 0  # so that nobody takes us for a server without EDNS
    assert not response.options


def test_unknown_options_and_flags_are_ignored_and_do_is_copied(authority):
    option = dns.edns.GenericOption(65001, b"what")
    _, response = ask(
        authority, "www.gslb.net", want_dnssec=True, options=[option], payload=4096
    )
    assert response.ednsflags == dns.flags.DO
    assert response.payload == 1232
    assert not response.options
    assert not response.flags & (dns.flags.AD | dns.flags.CD | dns.flags.RA)


def test_edns_version(authority):
    result, response = ask(authority, "www.gslb.net", use_edns=1)
    assert result.outcome == Outcome.BADVERS
    assert response.rcode() == dns.rcode.BADVERS
    assert response.edns == 0
    assert not response.answer


@pytest.mark.parametrize(
    ("options", "truncated"),
    [
        pytest.param({}, True, id="plain UDP"),
        pytest.param({"use_edns": 0, "payload": 512}, True, id="512"),
        pytest.param({"use_edns": 0, "payload": 100}, True, id="100 counts as 512"),
        pytest.param({"use_edns": 0, "payload": 1232}, False, id="1232"),
        pytest.param({"stream": True}, False, id="TCP"),
    ],
)
def test_truncation(authority, options, truncated):
    result, response = ask(authority, "many.gslb.net", **options)
    assert result.truncated is truncated
    assert bool(response.flags & dns.flags.TC) is truncated
    assert len(response.answer) == (0 if truncated else 1)

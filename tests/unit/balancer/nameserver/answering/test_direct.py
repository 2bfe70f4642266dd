"""What is written without a detour says the same octets as what goes the long way."""

import pytest
from dns_both_ways import FRA, SOURCES, both_ways
from dns_strategies import queries
from hypothesis import given
from hypothesis import strategies as st

from balancer.nameserver.answering.direct import Direct, find_direct
from balancer.nameserver.answering.options import NOTHING_ASKED
from balancer.nameserver.content.authority import Authority
from balancer.wire.dns.edns import Edns
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question, make_query

pytestmark = pytest.mark.usefixtures("repeatable")
UNDER = [
    name_from_text(text)
    for text in (
        "gslb.net",
        "wild.gslb.net",
        "real.wild.gslb.net",
        "cdn.gslb.net",
        "b.gslb.net",
        "child.gslb.net",
        "alias.gslb.net",
        "here.gslb.net",
        "gone.gslb.net",
        "lost.gslb.net",
        "chosen.gslb.net",
        "web.gslb.net",
        "net",
        "",
    )
]
labels = st.binary(min_size=1, max_size=20).map(lambda it: bytes([len(it)]) + it)
made_up = st.builds(
    lambda above, first, under: b"".join(above) + first + under,
    st.lists(labels, max_size=4),
    st.sampled_from([b"", b"\1a", b"\1A", b"\3www", b"\1*"]),
    st.sampled_from(UNDER),
)


@pytest.fixture(scope="module", params=["unsigned", "signed"])
def server(request, authority, zone_text, load):
    if request.param == "unsigned":
        return authority
    signed = zone_text.replace('primary = "', 'dnssec = { key = "any" }\nprimary = "')
    many = (f"23.1.0.{number}" for number in range(40))
    records = (
        f'{{ name = "many.gslb.net", type = "A", value = "{it}" }},' for it in many
    )
    signed = signed.replace("record = [\n", "record = [\n" + "".join(records))
    return Authority(load(signed), authority.cookies, "fra-1")


@given(queries(made_up), st.booleans(), st.sampled_from(SOURCES))
def test_says_what_the_long_way_says(server, query, stream, source):
    if query.edns is None or not query.edns.version:
        short, long = both_ways(server, query, stream, source)
        assert short is None or short == long


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        pytest.param("x" * 63 + "." + "y" * 63 + ".gslb.net", 1, id="no name"),
        pytest.param(".".join(["xyz"] * 35) + ".gslb.net", 16, id="many labels"),
        pytest.param("x" * 63 + "." + "y" * 63 + ".wild.gslb.net", 15, id="no type"),
        pytest.param("many.gslb.net", 1, id="many records"),
    ],
)
def test_is_cut_where_the_long_way_is_cut(server, name, type_):
    question = Question(name_from_text(name), type_)

    def said(octets):
        edns = Edns(octets, dnssec_ok=True)
        short, long = both_ways(server, make_query(7, question, edns))
        assert short == long
        return short

    octets = len(said(1232).wire)
    assert not said(octets).truncated
    assert said(octets - 1).truncated == (octets > 512)


@pytest.mark.parametrize(
    ("name", "type_", "is_direct"),
    [
        pytest.param("nowhere.gslb.net", 1, True, id="no name"),
        pytest.param("x.wild.gslb.net", 16, True, id="wildcard"),
        pytest.param("x.wild.gslb.net", 15, True, id="wildcard without the type"),
        pytest.param("ns.gslb.net", 1, True, id="stored"),
        pytest.param("ns.gslb.net", 16, True, id="no such type"),
        pytest.param("b.gslb.net", 1, True, id="empty non-terminal"),
        pytest.param("www.gslb.net", 1, True, id="steered"),
        pytest.param("x.cdn.gslb.net", 1, True, id="steered wildcard"),
        pytest.param("alias.gslb.net", 1, True, id="alias"),
        pytest.param("x.here.gslb.net", 1, True, id="wildcard's alias"),
        pytest.param("x.child.gslb.net", 1, False, id="below a delegation"),
        pytest.param(".", 1, False, id="the root"),
        pytest.param("gslb.net", 6, False, id="compressed names"),
        pytest.param("nowhere.gslb.net", 47, False, id="NSEC"),
        pytest.param("nowhere.gslb.net", 252, False, id="AXFR"),
    ],
)
def test_is_for_what_needs_one_new_signature_at_most(server, name, type_, is_direct):
    query = make_query(7, Question(name_from_text(name), type_), Edns(1232))
    found = find_direct(server.zones, query, FRA, NOTHING_ASKED)
    assert isinstance(found, Direct) == is_direct

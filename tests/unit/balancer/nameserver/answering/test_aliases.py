"""Chains of aliases: followed so far and no further, by both paths alike."""

from itertools import product

import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from balancer.nameserver.answering.answer import answer
from balancer.nameserver.answering.fast import FastPath
from balancer.nameserver.content.authority import Authority
from balancer.wire.dns.edns import Edns
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question, make_query

NOW_S = 1_800_000_000
FRA = "11.1.3.10"
LINKS = {
    **{f"c{n}": f"c{n + 1}" for n in range(1, 19)},
    "*.many": "c17",
    "*.more": "c1",
    "*.ring": "x.ring",
    "*.left": "a.right",
    "*.right": "b.left",
    "*.self": "alias",
}
SIXTEEN = [f"c{n}" for n in range(1, 17)]
RECORDS = "".join(
    f'{{ name = "{owner}.gslb.net", type = "CNAME", value = "{target}.gslb.net" }},\n'
    for owner, target in LINKS.items()
)


@pytest.fixture(scope="module", params=["plain", "signed"])
def authority(request, zone_text, load):
    text = zone_text.replace(
        'record = [\n  { name = "gslb', f'record = [\n{RECORDS}{{ name = "gslb'
    )
    text = text.replace("primary = ", 'dnssec = { key = "any" }\nprimary = ')
    if request.param == "plain":
        text = zone_text.replace(
            'record = [\n  { name = "gslb', f'record = [\n{RECORDS}{{ name = "gslb'
        )
    return Authority(load(text))


def ask(authority, name, type_=1, dnssec_ok=True):
    question = Question(name_from_text(f"{name}.gslb.net"), type_)
    edns = Edns(1232, dnssec_ok=dnssec_ok)
    return make_query(7, question, edns).to_wire()


@pytest.mark.parametrize(
    ("name", "links"),
    [
        pytest.param("c18", ["c18"], id="to no name"),
        pytest.param("c16", ["c16", "c17", "c18"], id="three, to no name"),
        pytest.param("c1", SIXTEEN, id="no more than sixteen"),
        pytest.param("x.many", ["x.many", "c17", "c18"], id="of a wildcard"),
        pytest.param("x.more", ["x.more", *SIXTEEN[:15]], id="as many of a wildcard"),
        pytest.param("a.ring", ["a.ring", "x.ring"], id="into a ring"),
        pytest.param("x.ring", ["x.ring"], id="a ring of one"),
        pytest.param("b.left", ["b.left", "a.right"], id="a ring of wildcards"),
        pytest.param("c.left", ["c.left", "a.right", "b.left"], id="into such a ring"),
        pytest.param("y.self", ["y.self", "alias"], id="of a wildcard, to a service"),
        pytest.param("alias", ["alias"], id="to a service"),
    ],
)
def test_aliases_are_followed(authority, name, links):
    query = ask(authority, name)
    for _ in range(2):  # the second time, from memory
        wire = answer(authority, query, FRA, NOW_S, stream=True).wire
        response = dns.message.from_wire(wire, one_rr_per_rrset=True)
        found = [
            str(each.name).removesuffix(".gslb.net.")
            for each in response.answer
            if each.rdtype == dns.rdatatype.CNAME
        ]
        assert found == links
        has_end = name in ("alias", "y.self")
        addresses = [e for e in response.answer if e.rdtype == dns.rdatatype.A]
        assert bool(addresses) == has_end


@pytest.mark.parametrize("name", [*LINKS, "alias", "lost", "away", "below", "loop"])
def test_the_fast_path_says_the_same(authority, name):
    fast = FastPath(authority)
    for type_, dnssec_ok in product((1, 5, 28, 128, 251, 252, 255), (False, True)):
        query = ask(authority, name.replace("*", "x"), type_, dnssec_ok)
        for _ in range(2):
            said = fast.answer(query, FRA, NOW_S)
            assert said in (None, answer(authority, query, FRA, NOW_S).wire)


def test_made_up_types_are_not_kept(authority):
    fast = FastPath(authority)
    for type_ in range(300, 320):
        for dnssec_ok in (False, True):
            query = ask(authority, "c1", type_, dnssec_ok)
            assert fast.answer(query, FRA, NOW_S) is None
    assert not fast._hot and not fast._signed


def test_an_alias_to_a_service_is_hot(authority):
    query = ask(authority, "alias", dnssec_ok=False)
    assert FastPath(authority).answer(query, FRA, NOW_S) is not None

"""What is written without a detour says the same octets as what goes the long way."""

from functools import partial

import pytest
from dns_strategies import queries
from hypothesis import given
from hypothesis import strategies as st

from balancer.nameserver.answering.considered import Considered
from balancer.nameserver.answering.direct import Direct, find_direct
from balancer.nameserver.answering.options import (
    NOTHING_ASKED,
    asker_of,
    read_options,
)
from balancer.nameserver.content.authority import Authority
from balancer.nameserver.zones import keys
from balancer.nameserver.zones.resolve import resolve
from balancer.wire.dns.edns import Edns
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question, make_query

NOW_S = 1_800_000_000
FRA, IAD = SOURCES = "11.1.3.10", "11.2.3.10"
# What wildcards are aliases of, and names that policies choose for two sites.
ALIASES = {
    "w-stored": "ns",
    "w-chain": "alias",
    "w-lost": "lost",
    "w-below": "below",
    "w-cut": "child",
    "w-apex": "",
    "w-ring": "loop",
    "w-own": "x.w-own",
    "w-self": "*.w-self",
    "w-mixed": "a.w-chain",
    "w-chosen": "x.c-mixed",
    "w-deep": "ns.w-deep",
    "ns.b.w-deep": "x.ns.b.w-deep",
    "w-many": "many",
}
CHOSEN = {
    "c-stored": ("ns", "a.wild"),
    "c-mixed": ("www", "nowhere"),
    "c-deep": ("x.c-mixed", "alias"),
    "c-own": ("x.c-own", "y.c-own"),
    "c-away": ("x.child", "b.w-stored"),
}
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
        *(f"{it}.gslb.net" for it in ALIASES),
        *(f"{it}.gslb.net" for it in CHOSEN),
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


@pytest.fixture(scope="module", autouse=True)
def repeatable():
    """Signatures of made-up names that are the same each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "ONCE", keys.REPEATABLE)
        yield


def record(name, type_, value):
    return f'{{ name = "{name}", type = "{type_}", value = "{value}" }},'


def full(name):
    return f"{name}.gslb.net" if name else "gslb.net"


def service(name, targets):
    sites = ", ".join(
        f'{{ name = "{site}", alias = "{full(target)}" }}'
        for site, target in zip(("fra", "iad"), targets, strict=True)
    )
    head = f'[[zone.service]]\nname = "*.{name}.gslb.net"\nttl = "20 s"\n'
    return f'{head}policy = "nearest"\nsite = [ {sites} ]\n'


@pytest.fixture(scope="module", params=["unsigned", "signed"])
def server(request, authority, zone_text, load):
    text = zone_text
    if request.param == "signed":
        text = text.replace('primary = "', 'dnssec = { key = "any" }\nprimary = "')
    records = [record("many.gslb.net", "A", f"23.1.0.{it}") for it in range(40)]
    records += [
        record(f"*.{name}.gslb.net", "CNAME", full(target))
        for name, target in ALIASES.items()
    ]
    text = text.replace(
        'record = [\n  { name = "gslb',
        "".join(("record = [\n", *records)) + '{ name = "gslb',
    )
    services = "".join(service(*each) for each in CHOSEN.items())
    text = text.replace("[map]", services + "[map]")
    return Authority(load(text), authority.cookies, "fra-1")


def both_ways(server, query, stream=False, source=FRA):
    asked = read_options(server, query.edns, source, NOW_S)
    short = find_direct(server.zones, query, source, asked)
    asker = partial(asker_of, source, asked)
    finding = resolve(server.zones, query.question, asker)
    long = Considered(query, finding, asked)
    if short is None:
        return None, long.write(server, NOW_S, stream)
    assert short.likeness == long.likeness
    assert short.is_proven == long.is_proven
    return short.write(server, NOW_S, stream), long.write(server, NOW_S, stream)


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
        pytest.param("x.w-stored.gslb.net", 1, True, id="wildcard's alias"),
        pytest.param("x.w-own.gslb.net", 1, False, id="alias that comes back"),
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

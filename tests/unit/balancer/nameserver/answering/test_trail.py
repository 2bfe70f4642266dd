"""Aliases, and what is kept of where they lead: the same octets as the long way's."""

from dataclasses import replace

import pytest
from dns_both_ways import FRA, NOW_S, SOURCES, both_ways
from hypothesis import given
from hypothesis import strategies as st

from balancer.nameserver.answering.answer import answer
from balancer.nameserver.answering.direct import find_direct
from balancer.nameserver.answering.options import NOTHING_ASKED
from balancer.nameserver.content.authority import Authority
from balancer.nameserver.dnssec.sign import PERIOD_S
from balancer.nameserver.policies.steering import SiteState, SteeringMap
from balancer.nameserver.protection.budget import Budget
from balancer.nameserver.zones import keys
from balancer.nameserver.zones.zone import MAX_ENDINGS
from balancer.wire.dns.edns import Edns, Option
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question, make_query

pytestmark = pytest.mark.usefixtures("repeatable")
# What wildcards are aliases of.
ALIASES = {
    "w-stored": "ns",
    "w-case": "NS",
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
    "w-hidden": "hidden",
    "w-kept-back": "x.c-hidden",
}
# What policies choose for two sites: for what wildcards stand for, and for names.
CHOSEN = {
    "*.c-stored": ("ns", "a.wild"),
    "*.c-mixed": ("www", "nowhere"),
    "*.c-deep": ("x.c-mixed", "alias"),
    "*.c-own": ("x.c-own", "y.c-own"),
    "*.c-away": ("x.child", "www.example.org"),
    "*.c-static": ("v4", "x.w-hidden"),
    "*.c-gone": ("www.example.org", "www.example.org"),
    "c-named": ("x.c-away", "y.c-away"),
}
DEAD = {site: SiteState(healthy=False) for site in ("one", "two")}
HIDDEN = """
[[zone.service]]
name = "{name}.gslb.net"
ttl = "20 s"
policy = "failover"
all_down = "nodata"
site = [
  {{ name = "one", {what} }},
  {{ name = "two", {what} }},
]
"""
NAMES = [*ALIASES, *(it.removeprefix("*.") for it in CHOSEN), "c-hidden", "c-kept"]
ABOVE = ["", "x.", "made-up.X.", "a.wild.", "ns.b.", "*."]
TYPES = [1, 2, 5, 6, 16, 28, 43, 65, 255, 4321]


def full(name):
    return name if name.endswith(".org") else f"{name}.gslb.net".removeprefix(".")


def record(name, type_, value):
    return f'{{ name = "{full(name)}", type = "{type_}", value = "{value}" }},'


def service(name, targets):
    sites = ", ".join(
        f'{{ name = "{site}", alias = "{full(target)}" }}'
        for site, target in zip(("fra", "iad"), targets, strict=True)
    )
    head = f'[[zone.service]]\nname = "{full(name)}"\nttl = "20 s"\n'
    return f'{head}policy = "nearest"\nsite = [ {sites} ]\n'


@pytest.fixture(scope="module", params=["unsigned", "signed"])
def server(request, authority, zone_text, load):
    text = zone_text
    if request.param == "signed":
        text = text.replace('primary = "', 'dnssec = { key = "any" }\nprimary = "')
    records = [record("many", "A", f"23.1.0.{it}") for it in range(40)]
    records += [
        record(f"*.{name}", "CNAME", full(target)) for name, target in ALIASES.items()
    ]
    services = [service(*each) for each in CHOSEN.items()]
    services += [
        HIDDEN.format(name=name, what=what)
        for name, what in {
            "hidden": 'addresses = ["23.0.9.9"]',
            "*.c-hidden": 'alias = "ns.gslb.net"',
            "c-kept": 'alias = "ns.gslb.net"',
        }.items()
    ]
    head = 'record = [\n  { name = "gslb'
    assert head in text
    text = text.replace(head, "".join(["record = [\n", *records, '{ name = "gslb']))
    text = text.replace("[map]", "".join([*services, "[map]"]))
    return Authority(load(text, SteeringMap(1, DEAD)), authority.cookies, "fra-1")


def zone_of(server):
    return server.zones.by_apex[name_from_text("gslb.net")]


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("name", NAMES)
def test_says_what_the_long_way_says(server, name, type_):
    for source in SOURCES:
        for above in ABOVE:
            question = Question(name_from_text(above + full(name)), type_)
            for edns in (None, Edns(1232), Edns(1232, dnssec_ok=True)):
                query = make_query(7, question, edns)
                short, long = both_ways(server, query, False, source)
                assert short is None or short == long


@pytest.mark.parametrize(
    ("name", "is_direct"),
    [
        pytest.param("x.w-stored", True, id="stored"),
        pytest.param("x.c-mixed", True, id="chosen"),
        pytest.param("x.c-hidden", True, id="kept back"),
        pytest.param("x.w-kept-back", True, id="kept back behind it"),
        pytest.param("x.w-own", False, id="comes back"),
        pytest.param("x.w-self", False, id="leads to its wildcard"),
    ],
)
def test_which_aliases_need_no_detour(server, name, is_direct):
    query = make_query(7, Question(name_from_text(full(name)), 1), Edns(1232))
    found = find_direct(server.zones, query, FRA, NOTHING_ASKED)
    assert (found is not None) == is_direct


labels = st.binary(min_size=1, max_size=40).map(lambda it: bytes([len(it)]) + it)


@given(
    st.lists(labels, min_size=1, max_size=3),
    st.sampled_from(["w-chain", "w-lost", "w-below", "c-mixed", "w-chosen"]),
    st.booleans(),
)
def test_whatever_names_are_made_up(server, above, name, stream):
    question = Question(b"".join(above) + name_from_text(full(name)), 1)
    query = make_query(7, question, Edns(1232, dnssec_ok=True))
    short, long = both_ways(server, query, stream)
    assert short == long


def test_what_is_kept_does_not_grow_with_what_is_made_up(server):
    def kept_after(name, number):
        question = Question(name_from_text(f"x{number}.{name}.gslb.net"), number)
        query = make_query(7, question, Edns(1232, dnssec_ok=True))
        answer(server, query.to_wire(), FRA, NOW_S)
        return len(zone_of(server).endings)

    for name in ("w-stored", "w-lost", "w-below", "w-cut", "c-stored"):
        first = kept_after(name, 300)
        assert [kept_after(name, each) for each in range(301, 310)] == [first] * 9
    assert first < MAX_ENDINGS


@pytest.mark.parametrize("name", ["w-apex", "w-below", "w-many"])
@pytest.mark.parametrize("type_", [1, 2])
def test_what_helps_is_left_out_before_all_is(server, name, type_):
    long_name = f"{'x' * 63}.{'y' * 63}.{'z' * 63}.{name}.gslb.net"
    question = Question(name_from_text(long_name), type_)
    for octets in range(512, 1233, 7):
        query = make_query(7, question, Edns(octets, dnssec_ok=True))
        short, long = both_ways(server, query)
        assert short == long


def test_one_signature_is_made_for_each_name_that_is_made_up(server, monkeypatch):
    signed = []
    make = keys.SigningKey.sign

    def counted(key, data, begin=None):
        signed.append(begin is not None)
        return make(key, data, begin)

    def ask(label, name, now_s=NOW_S):
        question = Question(name_from_text(f"{label}.{name}.gslb.net"), 1)
        query = make_query(7, question, Edns(1232, dnssec_ok=True)).to_wire()
        signed.clear()
        limited = replace(server, budget=Budget(10))
        assert not answer(limited, query, FRA, now_s).truncated
        return signed

    monkeypatch.setattr(keys.SigningKey, "sign", counted)
    is_signed = zone_of(server).key is not None
    for name in ("w-chain", "w-chosen", "w-lost", "c-mixed", "c-deep"):
        ask("first", name)
        assert ask("second", name) == ([True] if is_signed else [])
    tomorrow_s = NOW_S + PERIOD_S
    assert len(ask("third", "w-chain", tomorrow_s)) == (4 if is_signed else 0)


PADDING, SUBNET = Option(12, b""), Option(8, b"\0\1\x18\0\x0b\1\3")


@pytest.mark.parametrize(
    ("name", "options", "is_cut"),
    [
        pytest.param("a.c-mixed", (), False, id="chosen"),
        pytest.param("b.c-mixed", (SUBNET,), True, id="twice, for a subnet"),
        pytest.param("b.here", (SUBNET,), False, id="for a subnet"),
        pytest.param("x." * 4 + "here", (SUBNET,), True, id="a subnet and labels"),
        pytest.param("c.c-mixed", (PADDING,), True, id="and padding"),
        pytest.param("d.c-mixed", (Option(10, b"c" * 8),), True, id="and a cookie"),
        pytest.param("h.c-deep", (), False, id="three times"),
        pytest.param("x." * 3 + "c-mixed", (), False, id="as many labels as may be"),
        pytest.param("x." * 4 + "c-mixed", (), True, id="and more labels"),
        pytest.param("x." * 32 + "c-stored", (), False, id="chosen once"),
        pytest.param("x." * 33 + "c-stored", (), True, id="once, and more labels"),
        pytest.param("e.w-deep", (PADDING,), False, id="an alias"),
        pytest.param("x." * 37 + "w-deep", (), False, id="an alias, and more labels"),
        pytest.param("f.w-chosen", (PADDING,), True, id="chosen behind an alias"),
        pytest.param("g.c-away", (PADDING,), True, id="a chosen alias"),
        pytest.param("g.c-gone", (PADDING,), True, id="one that leads elsewhere"),
    ],
)
def test_who_has_policies_choose_behind_an_alias_asks_for_nothing_else(
    server, name, options, is_cut
):
    edns = Edns(1232, dnssec_ok=True, options=options)
    query = make_query(7, Question(name_from_text(full(name)), 1), edns)
    limited = replace(server, budget=Budget(10))
    said = answer(limited, query.to_wire(), FRA, NOW_S)
    assert said.truncated == (is_cut and zone_of(server).key is not None)
    assert not answer(limited, query.to_wire(), FRA, NOW_S, stream=True).truncated

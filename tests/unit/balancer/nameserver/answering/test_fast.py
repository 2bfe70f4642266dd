"""The fast path says the same octets as the slow one, or nothing."""

import pytest
from dns_strategies import edns_records, names, queries
from hypothesis import given
from hypothesis import strategies as st

from balancer.nameserver.answering.answer import answer
from balancer.nameserver.answering.fast import FastPath
from balancer.nameserver.protection.cookies import Cookies
from balancer.wire.dns.edns import ClientSubnet, Edns, Option
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question, make_query

NOW_S = 1_800_000_000
SOURCES = ["11.1.3.10", "11.2.3.10", "2a11:0:2::10", "fe80::1%eth0"]
IAD = Option(8, ClientSubnet(1, 24, 0, b"\x0b\2\3").to_wire())
OPT_OUT = Option(8, b"\0\1\0\0")
COOKIE = Option(10, b"x" * 8)
WHOLE_COOKIE = Option(
    10, Cookies((b"k" * 16,)).reply(b"x" * 8, "11.2.3.10", 1_800_000_000).data
)
OLD_COOKIE = Option(10, b"x" * 24)
BAD_COOKIE = Option(10, b"x" * 9)
NSID = Option(3, b"")
KNOWN = [
    name_from_text(text)
    for text in (
        "www.gslb.net",
        "chosen.gslb.net",
        "v4.gslb.net",
        "gslb.net",
        "ns.gslb.net",
        "alias.gslb.net",
        "many.gslb.net",
        "child.gslb.net",
        "hidden.gslb.net",
        "x.wild.gslb.net",
        "web.gslb.net",
        "*.cdn.gslb.net",
        "x.cdn.gslb.net",
        ".",
    )
]


def with_options(*options):
    return Edns(1232, options=options)


def with_case(name, upper):
    return bytes(
        o - 32 if u and 97 <= o <= 122 else o for o, u in zip(name, upper, strict=False)
    )


hot_names = st.builds(
    with_case,
    st.sampled_from(KNOWN),
    st.lists(st.booleans(), min_size=30, max_size=30) | st.just([False] * 30),
)


@pytest.fixture(scope="session")
def fast(authority):
    return FastPath(authority)


def slow(authority, wire, source):
    return answer(authority, wire, source, NOW_S).wire


@given(queries(hot_names), st.sampled_from(SOURCES))
def test_same_octets_for_whole_queries(authority, fast, query, source):
    wire = query.to_wire()
    said = fast.answer(wire, source, NOW_S)
    assert said is None or said == slow(authority, wire, source)


@given(st.data())
def test_same_octets_for_broken_queries(authority, fast, data):
    edns = data.draw(st.none() | edns_records)
    wire = make_query(1, Question(data.draw(hot_names), 1), edns).to_wire()
    at = data.draw(st.integers(0, len(wire) - 1))
    broken = data.draw(
        st.sampled_from(
            [wire[:at], wire[:at] + wire[at + 1 :], wire + b"\0", wire[: at + 1] * 2]
        )
        | st.integers(0, 255).map(lambda o: wire[:at] + bytes((o,)) + wire[at + 1 :])
    )
    said = fast.answer(broken, SOURCES[0], NOW_S)
    assert said is None or said == slow(authority, broken, SOURCES[0])


@given(st.binary(max_size=60), names)
def test_same_octets_for_any_octets(authority, fast, data, name):
    for wire in (data, make_query(1, Question(name, 1)).to_wire() + data):
        said = fast.answer(wire, SOURCES[0], NOW_S)
        assert said is None or said == slow(authority, wire, SOURCES[0])


@pytest.mark.parametrize("repeat", [1, 2], ids=["first time", "remembered"])
@pytest.mark.parametrize(
    "edns",
    [
        pytest.param(None, id="plain"),
        pytest.param(Edns(1232), id="EDNS0"),
        pytest.param(Edns(4096, dnssec_ok=True), id="DO"),
        pytest.param(Edns(512, options=(IAD,)), id="client subnet"),
        pytest.param(Edns(1232, options=(COOKIE,)), id="half a cookie"),
        pytest.param(Edns(1232, options=(WHOLE_COOKIE,)), id="a whole cookie"),
        pytest.param(Edns(1232, options=(IAD, OLD_COOKIE)), id="subnet and cookie"),
    ],
)
@pytest.mark.parametrize(
    "question",
    [
        pytest.param(Question(b"\3www\4gslb\3net\0", 1), id="A"),
        pytest.param(Question(b"\3wWw\4gsLB\3net\0", 28), id="AAAA in 0x20 case"),
        pytest.param(Question(b"\4gslb\3net\0", 2), id="NS with addresses"),
        pytest.param(Question(b"\4gslb\3net\0", 15), id="MX"),
        pytest.param(Question(b"\4_dns\4_TCP\4gslb\3net\0", 33), id="SRV"),
        pytest.param(Question(b"\3web\4gslb\3net\0", 65), id="HTTPS"),
        pytest.param(Question(b"\5alias\4gslb\3net\0", 5), id="CNAME"),
        pytest.param(Question(b"\0", 2), id="the root"),
    ],
)
def test_what_is_hot(authority, fast, question, edns, repeat):
    wire = make_query(7, question, edns).to_wire()
    for _ in range(repeat):
        said = fast.answer(wire, SOURCES[1], NOW_S)
    assert said is not None
    assert said == slow(authority, wire, SOURCES[1])


@pytest.mark.parametrize(
    ("name", "type_", "edns"),
    [
        pytest.param("many.gslb.net", 1, None, id="too long for plain UDP"),
        pytest.param("hidden.gslb.net", 1, None, id="hidden by a more specific zone"),
        pytest.param("www.gslb.net", 65, None, id="a type that is not there"),
        pytest.param("www.gslb.net", 1, Edns(1232, version=1), id="EDNS 1"),
        pytest.param("www.gslb.net", 1, with_options(BAD_COOKIE), id="no cookie"),
        pytest.param("www.gslb.net", 1, with_options(COOKIE, IAD), id="odd order"),
        pytest.param("www.gslb.net", 1, with_options(NSID), id="NSID"),
        pytest.param("www.gslb.net", 1, with_options(OPT_OUT), id="opted out"),
        pytest.param("www.gslb.net", 1, with_options(IAD, IAD), id="two subnets"),
    ],
)
def test_what_is_left_to_the_slow_path(fast, name, type_, edns):
    wire = make_query(7, Question(name_from_text(name), type_), edns).to_wire()
    assert fast.answer(wire, SOURCES[0], NOW_S) is None


def test_counts_what_it_answered(authority):
    fast = FastPath(authority)
    question = Question(KNOWN[0], 1)
    fast.answer(make_query(1, question).to_wire(), SOURCES[0], NOW_S)
    subnet = Edns(1232, options=(IAD,))
    fast.answer(make_query(1, question, subnet).to_wire(), SOURCES[0], NOW_S)
    fast.answer(b"", SOURCES[0], NOW_S)
    assert (fast.tallies.total, fast.tallies.with_subnet) == (2, 1)


def test_memos_are_bounded(authority, monkeypatch):
    monkeypatch.setattr("balancer.nameserver.answering.choices.MAX_MEMOS", 4)
    fast = FastPath(authority)
    wire = make_query(1, Question(KNOWN[0], 1)).to_wire()
    for host in range(20):
        source = f"11.1.3.{host}"
        assert fast.answer(wire, source, NOW_S) == slow(authority, wire, source)
    [hot] = [fast._hot[wire[12:]]]
    assert len(hot.by_source) <= 4


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    "options",
    [
        pytest.param((IAD,), id="client subnet"),
        pytest.param((IAD, COOKIE), id="client subnet and cookie"),
        pytest.param((COOKIE,), id="cookie"),
        pytest.param((), id="resolver's address"),
    ],
)
def test_what_was_said_is_said_again_to_whom_it_holds_for(authority, options, source):
    fast = FastPath(authority)
    question = Question(KNOWN[0], 1)
    for identifier, asks in enumerate([SOURCES[0], source, source]):
        wire = make_query(identifier, question, with_options(*options)).to_wire()
        wanted = slow(authority, wire, asks)
        assert fast.answer(wire, asks, NOW_S) == wanted
        again = fast.said.get(wire[2:])
        assert again is None or again.response == wanted[2:]
    assert len(fast.said) == (options == (IAD,))


def test_what_was_said_is_bounded(authority, monkeypatch):
    monkeypatch.setattr("balancer.nameserver.answering.fast.MAX_SAID", 4)
    fast = FastPath(authority)
    for number in range(20):
        subnet = Option(8, ClientSubnet(1, 24, 0, bytes((11, 2, number))).to_wire())
        wire = make_query(1, Question(KNOWN[0], 1), with_options(subnet)).to_wire()
        assert fast.answer(wire, SOURCES[0], NOW_S) == slow(authority, wire, SOURCES[0])
    assert len(fast.said) <= 4

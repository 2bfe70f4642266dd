"""Queries on the wire."""

import re

import dns.message
import pytest
from dns_strategies import queries
from hypothesis import given
from hypothesis import strategies as st

from balancer.errors import WireError
from balancer.wire.dns.edns import Edns, Option
from balancer.wire.dns.query import USUAL, Header, Query, Question, make_query

HEAD = b"\x12\x34\1\0\0\1\0\0\0\0\0"  # and the low octet of the additional count
QUESTION = b"\1a\0\0\1\0\1"
OPT = b"\0\0\x29\x10\0\0\0\x80\0\0\0"
A = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4\1\2\3\4"


def test_known_octets():
    query = Query.from_wire(HEAD + b"\1" + QUESTION + OPT)
    assert query == Query(
        Header(0x1234, 0x0100, 1, 0, 0, 1),
        Question(b"\1a\0", 1),
        Edns(payload_size=4096, dnssec_ok=True),
    )


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(HEAD, id="cut in the header"),
        pytest.param(HEAD + b"\0", id="no question"),
        pytest.param(HEAD + b"\0" + QUESTION[:-1], id="cut in the question"),
        pytest.param(HEAD + b"\0" + QUESTION + b"x", id="more behind"),
        pytest.param(HEAD + b"\1" + QUESTION + OPT[:-1], id="cut in the OPT"),
        pytest.param(HEAD + b"\2" + QUESTION + OPT + OPT, id="two OPT"),
        pytest.param(HEAD + b"\1" + QUESTION + b"\1b" + OPT, id="OPT not at the root"),
        pytest.param(HEAD + b"\3" + QUESTION + OPT * 3, id="three OPT"),
        pytest.param(HEAD + b"\x29" + QUESTION + A * 41, id="41 records"),
        pytest.param(
            HEAD + b"\1" + QUESTION + (b"\x3f" + b"x" * 63) * 4 + A, id="257 octets"
        ),
        pytest.param(
            b"\x12\x34\1\0\0\2\0\0\0\0\0\0" + QUESTION * 2, id="two questions"
        ),
        pytest.param(b"\x12\x34\1\0\0\0\0\0\0\0\0\0", id="QDCOUNT 0"),
        pytest.param(
            b"\x12\x34\1\0\0\1\0\1\0\0\0\0" + QUESTION, id="with an answer count"
        ),
        pytest.param(
            HEAD + b"\1" + QUESTION + OPT[:-1] + b"\3\0\x08\0", id="cut option"
        ),
    ],
)
def test_malformed(wire):
    with pytest.raises(WireError):
        Query.from_wire(wire)


def test_passes_over_what_means_nothing():
    for others in ([A], [b"\1a" + A], [b"\1a\0" + A[2:]], [A] * 3):
        head, records = HEAD + bytes([len(others) + 1]) + QUESTION, b"".join(others)
        query = Query.from_wire(head + records + OPT)
        assert query == Query.from_wire(head + OPT + records)
        assert query.edns == Edns(payload_size=4096, dnssec_ok=True)


def test_reads_sixteen_options_of_many():
    options = OPT[:-2] + b"\1\4" + b"\xfe\0\0\0" * 64 + b"\0\x0a\0\0"
    query = Query.from_wire(HEAD + b"\1" + QUESTION + options)
    assert query.edns.options == (Option(0xFE00, b""),) * 16


@given(queries())
def test_round_trip(query):
    assert Query.from_wire(query.to_wire()) == query


@given(queries())
def test_dnspython_reads_the_same(query):
    theirs = dns.message.from_wire(query.to_wire())
    assert theirs.question[0].name.to_wire() == query.question.name
    assert theirs.edns == (-1 if query.edns is None else query.edns.version)
    if query.edns is not None:
        assert theirs.payload == query.edns.payload_size
        assert [int(o.otype) for o in theirs.options] == [
            o.code for o in query.edns.options
        ]


@given(st.binary(max_size=80))
def test_any_octets_parse_or_raise(data):
    for wire in (data, HEAD + b"\1" + QUESTION + data):
        try:
            query = Query.from_wire(wire)
        except WireError:
            continue
        assert query.header.questions == 1


@given(queries(), st.integers(0, 300), st.integers(0, 255), st.integers(0, 300))
def test_the_usual_is_read_as_it_is_step_by_step(query, place, octet, cut):
    wire = bytearray(query.to_wire())
    wire[place % len(wire)] ^= octet
    wire = bytes(wire[: len(wire) - cut] if cut < len(wire) - 12 else wire)
    found = []
    for usual in (re.compile(b"(?!)"), USUAL):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("balancer.wire.dns.query.USUAL", usual)
            try:
                found.append(Query.from_wire(wire))
            except WireError:
                found.append(None)
    assert found[0] == found[1]


def test_makes_a_query():
    query = make_query(7, Question(b"\1a\0", 28), Edns(1232, options=(Option(3, b""),)))
    assert Query.from_wire(query.to_wire()) == query

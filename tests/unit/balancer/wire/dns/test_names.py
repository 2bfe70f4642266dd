"""Names on the wire and as text."""

import pytest
from dns_strategies import names
from hypothesis import given
from hypothesis import strategies as st

from balancer.errors import WireError
from balancer.wire.cursor import Cursor
from balancer.wire.dns.names import (
    ROOT,
    name_from_text,
    name_to_text,
    parent,
    read_name,
    suffixes,
)


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        pytest.param(".", b"\0", id="root"),
        pytest.param("WWW.Gslb.net", b"\3www\4gslb\3net\0", id="folded"),
        pytest.param("a.", b"\1a\0", id="last dot"),
    ],
)
def test_from_text(text, wire):
    assert name_from_text(text) == wire


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("a..b", "label of 0 octets", id="empty label"),
        pytest.param("x" * 64, "label of 64 octets", id="long label"),
        pytest.param(".".join(["x" * 63] * 4), "longer than 255", id="long name"),
        pytest.param("zürich.net", "printable ASCII", id="not ASCII"),
        pytest.param("a b", "printable ASCII", id="blank"),
    ],
)
def test_no_name(text, words):
    with pytest.raises(ValueError, match=words):
        name_from_text(text)


def test_text_and_relations():
    name = name_from_text("www.gslb.net")
    assert name_to_text(name) == "www.gslb.net"
    assert name_to_text(ROOT) == "."
    assert [name_to_text(each) for each in suffixes(name)] == [
        "www.gslb.net",
        "gslb.net",
        "net",
        ".",
    ]
    assert parent(name) == name_from_text("gslb.net")
    assert parent(ROOT) == ROOT


@given(names, st.binary(max_size=5))
def test_reads_what_was_written_and_no_further(name, behind):
    cursor = Cursor(name + behind)
    assert read_name(cursor) == name
    assert cursor.rest() == behind


def _walked(data):
    """Return where a name ends, label by label; None: nowhere."""
    at = 0
    while at < min(len(data), 255) and (size := data[at]):
        if size > 63:
            return None
        at += 1 + size
    return at + 1 if at < min(len(data), 255) else None


@given(st.binary(max_size=12) | st.lists(st.integers(0, 70), max_size=300).map(bytes))
def test_a_name_ends_where_a_walk_does(data):
    end = _walked(data)
    cursor = Cursor(data)
    if end is None:
        with pytest.raises(WireError):
            read_name(cursor)
    else:
        assert read_name(cursor) == data[:end]


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(b"\3ww", id="cut in a label"),
        pytest.param(b"\3www", id="no root"),
        pytest.param(b"\xc0\x0c", id="pointer"),
        pytest.param(b"\x41" + b"x" * 65 + b"\0", id="unknown label type"),
        pytest.param((b"\x3f" + b"x" * 63) * 4 + b"\0", id="257 octets"),
    ],
)
def test_malformed(wire):
    with pytest.raises(WireError):
        read_name(Cursor(wire))

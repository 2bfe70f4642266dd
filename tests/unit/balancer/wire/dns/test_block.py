"""Blocks: the same octets as set by set, wherever they stand."""

import pytest
from dns_strategies import names
from hypothesis import given
from hypothesis import strategies as st

from balancer.wire.dns.block import Block
from balancer.wire.dns.codes import Type
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.records import (
    STORED_RECORD,
    NameData,
    RecordSet,
    StoredData,
    StoredRun,
)
from balancer.wire.dns.writer import Writer

OWNER = name_from_text("www.gslb.net")
STORED = STORED_RECORD.pack(0xC00C, Type.TXT, 1, 5, 2) + b"\1x"

A, B = (NameData(name_from_text(f"{it}.gslb.net")) for it in "ab")

some_names = st.sampled_from(
    [name_from_text(each) for each in ("gslb.net", "a.gslb.net", "www.gslb.net", "net")]
)
sets = st.builds(
    lambda owner, target: RecordSet(owner, Type.NS, 5, (NameData(target),)),
    some_names | names,
    some_names | names,
)
stored = st.sampled_from(
    [
        RecordSet(OWNER, Type.TXT, 5, StoredData(STORED, 1)),
        StoredRun(OWNER, STORED + STORED, 2),
    ]
)


@given(st.lists(sets | stored, max_size=4), st.lists(some_names | names, max_size=3))
def test_a_block_is_what_its_records_are(records, asked):
    block = Block(records, places=2)
    for name in [*asked, *asked]:
        apart, together = Writer(bytes(12)), Writer(bytes(12))
        for writer in (apart, together):
            writer.put_question_name(name)
        for each in records:
            each.write(apart)
        block.write(together)
        assert together.octets == apart.octets
        # And what comes behind it is compressed alike.
        for writer in (apart, together):
            RecordSet(OWNER, Type.NS, 5, (NameData(OWNER),)).write(writer)
        assert together.octets == apart.octets
    assert block.size == sum(each.size for each in records)
    assert len(block._written) <= 2


below = st.builds(
    lambda above, under: (
        b"".join(bytes([len(it)]) + it for it in above).lower() + under
    ),
    # The second is no label above the name that it looks like.
    st.lists(st.binary(min_size=1, max_size=9) | st.just(b"x\1a"), max_size=9),
    st.sampled_from([name_from_text(it) for it in ("gslb.net", "www.gslb.net")]),
)


@given(st.lists(sets, max_size=2), st.lists(below, min_size=1, max_size=4))
def test_right_behind_a_question(others, asked):
    block = Block([RecordSet(name_from_text("gslb.net"), Type.NS, 5, (A, B)), *others])
    for name in [*asked, *asked]:
        writer = Writer(bytes(12))
        writer.put_question_name(name)
        writer.put(bytes(4))
        start = len(writer.octets)
        for each in block.records:
            each.write(writer)
        assert block.behind(name) == writer.octets[start:]


WILDCARD = name_from_text("gslb.net").join([b"\1*", b""])


@given(st.lists(sets, max_size=2), st.lists(below, min_size=1, max_size=4))
def test_a_wildcard_is_whatever_it_stands_for(others, asked):
    alike = [RecordSet(WILDCARD, Type.NS, 5, (A, B)), StoredRun(WILDCARD, STORED, 1)]
    block = Block([*alike, *others])
    for name in [*asked, *asked, b"\1x" + others[0].owner] if others else asked:
        if not name.endswith(name_from_text("gslb.net")):
            continue
        writer = Writer(bytes(12))
        writer.put_question_name(name)
        writer.put(bytes(4))
        start = len(writer.octets)
        for each in (alike[0]._replace(owner=name), StoredRun(name, STORED, 1)):
            each.write(writer)
        for each in others:
            each.write(writer)
        assert block.behind(name) == writer.octets[start:]


def test_records_away_from_the_question_have_their_name():
    writer = Writer(bytes(12))
    writer.put_question_name(name_from_text("gslb.net"))
    StoredRun(OWNER, STORED + STORED, 2).write(writer)
    assert writer.octets.count(b"\3www\xc0\x0c" + STORED[2:]) == 1
    assert writer.octets.endswith(b"\xc0\x16" + STORED[2:])


def test_a_block_is_remade_once_for_each_time():
    block = Block([RecordSet(OWNER, Type.NS, 5, (NameData(OWNER),))])
    made = []

    def twice(records):
        made.append(records)
        return records, records

    assert block.remade(1, twice).size == 2
    assert block.remade(1, twice) is block.remade(1, twice)
    assert len(made) == 1
    block.remade(2, twice)
    assert len(made) == 2


@pytest.mark.parametrize("asked", ["gslb.net", "x.gslb.net", "."])
def test_an_empty_block_is_nothing(asked):
    writer = Writer(bytes(12))
    writer.put_question_name(name_from_text(asked))
    before = bytes(writer.octets)
    Block([]).write(writer)
    assert writer.octets == before

"""Responses: compression, counts, truncation; dnspython reads every one."""

from ipaddress import ip_address

import dns.flags
import dns.message
import dns.rcode
import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.wire.dns.codes import Rcode, Type
from balancer.wire.dns.edns import Edns
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Header, Question
from balancer.wire.dns.records import (
    NameData,
    RecordSet,
    SoaData,
    address_set,
)
from balancer.wire.dns.response import Response, Sections

WWW = name_from_text("www.gslb.net")
ZONE = name_from_text("gslb.net")
NS = name_from_text("ns.gslb.net")
ASKED = Header(0xABCD, 0x0100, 1)
MIXED_CASE = Question(b"\3wWw\4gsLB\3nEt\0", Type.A)


def a_records(count, owner=WWW):
    addresses = tuple(ip_address(f"11.0.0.{i}") for i in range(count))
    return address_set(owner, 20, addresses)


def test_known_octets():
    sections = Sections(answers=(a_records(1),))
    wire, truncated = Response(
        ASKED, MIXED_CASE, Rcode.NOERROR, sections, True, Edns(1232).to_wire()
    ).to_wire(512)
    assert not truncated
    assert wire == (
        b"\xab\xcd\x85\0\0\1\0\1\0\0\0\1"
        b"\3wWw\4gsLB\3nEt\0\0\1\0\1"
        b"\xc0\x0c\0\1\0\1\0\0\0\x14\0\4\x0b\0\0\0"
        b"\0\0\x29\4\xd0\0\0\0\0\0\0"
    )


def test_names_in_rdata_are_compressed():
    soa = SoaData(NS, name_from_text("hostmaster.gslb.net"), 1, 2, 3, 4, 5)
    record_sets = (
        RecordSet(ZONE, Type.SOA, 5, (soa,)),
        RecordSet(ZONE, Type.NS, 5, (NameData(NS),)),
    )
    sections = Sections(authorities=record_sets)
    wire, _ = Response(ASKED, MIXED_CASE, Rcode.NXDOMAIN, sections).to_wire(512)
    assert wire.lower().count(b"gslb") == 1
    theirs = dns.message.from_wire(wire)
    assert theirs.rcode() == dns.rcode.NXDOMAIN
    assert [rrset.to_text().lower() for rrset in theirs.authority] == [
        "gslb.net. 5 in soa ns.gslb.net. hostmaster.gslb.net. 1 2 3 4 5",
        "gslb.net. 5 in ns ns.gslb.net.",
    ]


@pytest.mark.parametrize(
    ("limit", "truncated", "answers", "additional"),
    [
        pytest.param(513, False, 20, 10, id="all fits"),
        pytest.param(512, False, 20, 0, id="without the courtesy"),
        pytest.param(349, True, 0, 0, id="not even the answers"),
    ],
)
def test_what_does_not_fit_is_left_out_whole(limit, truncated, answers, additional):
    sections = Sections(answers=(a_records(20),), additional=(a_records(10, NS),))
    response = Response(ASKED, MIXED_CASE, Rcode.NOERROR, sections)
    wire, was_truncated = response.to_wire(limit)
    theirs = dns.message.from_wire(wire)
    assert was_truncated is truncated
    assert bool(theirs.flags & dns.flags.TC) is truncated
    assert sum(len(rrset) for rrset in theirs.answer) == answers
    assert sum(len(rrset) for rrset in theirs.additional) == additional


def test_a_referral_without_its_glue_is_truncated():
    servers = RecordSet(ZONE, Type.NS, 5, (NameData(NS),))
    sections = Sections(authorities=(servers,), glue=(a_records(30, NS),))
    wire, truncated = Response(ASKED, MIXED_CASE, Rcode.NOERROR, sections).to_wire(400)
    assert truncated
    assert len(wire) == 12 + 18


def test_extended_rcode_is_split():
    wire, _ = Response(
        ASKED, MIXED_CASE, Rcode.BADVERS, opt=Edns(1232, dnssec_ok=True).to_wire()
    ).to_wire(512)
    theirs = dns.message.from_wire(wire)
    assert theirs.rcode() == dns.rcode.BADVERS
    assert theirs.ednsflags & dns.flags.DO


@given(st.lists(st.lists(st.sampled_from("ab"), max_size=4), max_size=12))
def test_compressed_names_are_the_same_names(names):
    wires = [name_from_text(".".join(labels) or ".") for labels in names]
    record_sets = tuple(RecordSet(n, Type.NS, 0, (NameData(n),)) for n in wires)
    sections = Sections(answers=record_sets)
    wire, _ = Response(ASKED, MIXED_CASE, Rcode.NOERROR, sections).to_wire(65535)
    theirs = dns.message.from_wire(wire, one_rr_per_rrset=True)
    assert [rrset.name.to_wire() for rrset in theirs.answer] == wires
    assert [rrset[0].target.to_wire() for rrset in theirs.answer] == wires


def test_no_pointer_reaches_beyond_14_bits():
    owners = [name_from_text(f"{'x' * 60}{i}.org") for i in range(300)]
    sections = Sections(answers=tuple(a_records(2, owner) for owner in owners))
    wire, _ = Response(ASKED, MIXED_CASE, Rcode.NOERROR, sections).to_wire(65535)
    assert len(wire) > 0x4000
    theirs = dns.message.from_wire(wire)
    assert [rrset.name.to_wire() for rrset in theirs.answer] == owners

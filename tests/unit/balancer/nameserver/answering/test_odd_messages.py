"""Messages that no resolver sends: what is passed over, what is refused, and how."""

from struct import pack

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from balancer.nameserver.answering.answer import answer
from balancer.nameserver.answering.answered import Answer
from balancer.nameserver.answering.fast import FastPath

DO = 0x8000
NOW_S = 1_800_000_000
SOURCE = "11.1.3.10"
ASKED = b"\4gslb\3net\0\0\x06\0\1"
A = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4\1\2\3\4"
KEY, ALGORITHM = b"\3key\0", b"\x0bhmac-sha256\0"
TIMES = b"\0\0\x6b\x49\xd2\0\1\x2c"  # when, and how far off that may be
SIGNATURE = ALGORITHM + TIMES + b"\0\x20" + b"s" * 32 + b"\x12\x34\0\0\0\0"
# A request that is signed with a private key (RFC 2931).
SIG0 = b"\0\0\x18\0\xff\0\0\0\0\0\x16\0\0\x0d\0" + bytes(14) + b"\0sss"


def opt(version=0, options=b"", owner=b"\0", flags=0):
    """An OPT record."""
    return owner + pack("!HHHHH", 41, 1232, version, flags, len(options)) + options


def tsig(rdata=SIGNATURE, class_=255, owner=KEY):
    """A TSIG record."""
    return owner + pack("!HHIH", 250, class_, 0, len(rdata)) + rdata


def message(*additional, answers=(), authorities=(), asked=ASKED, count=1):
    """A query with these records."""
    counts = len(answers), len(authorities), len(additional)
    head = b"\x12\x34\1\0" + pack("!4H", count, *counts)
    return head + asked + b"".join((*answers, *authorities, *additional))


def ask(authority, wire):
    """The answer, on which both paths agree."""
    result = answer(authority, wire, SOURCE, NOW_S)
    assert FastPath(authority).answer(wire, SOURCE, NOW_S) in (None, result.wire)
    return result.wire


@pytest.mark.parametrize(
    ("wire", "has_edns"),
    [
        pytest.param(message(A), False, id="an additional record"),
        pytest.param(message(opt(), A), True, id="behind OPT"),
        pytest.param(message(A, opt()), True, id="before OPT"),
        pytest.param(message(*[A] * 39, opt()), True, id="39 before OPT"),
        pytest.param(message(*[A] * 3, opt(flags=DO)), True, id="3 before OPT with DO"),
        pytest.param(
            message(*[A] * 11, opt(), answers=[A] * 15, authorities=[A] * 13),
            True,
            id="40 in all sections",
        ),
        pytest.param(message(answers=[A]), False, id="an answer"),
        pytest.param(message(authorities=[A]), False, id="an authority record"),
        pytest.param(
            message(opt(), answers=[A] * 15, authorities=[A] * 13), True, id="all"
        ),
        pytest.param(message(SIG0), False, id="SIG(0)"),
        pytest.param(message(opt(), SIG0), True, id="SIG(0) behind OPT"),
        pytest.param(message(opt(options=b"\xff\0\0\0" * 99)), True, id="99 options"),
        pytest.param(
            message(opt(options=b"\xff\0\0\4abcd" * 2)), True, id="one option twice"
        ),
    ],
)
def test_what_means_nothing_is_passed_over(authority, wire, has_edns):
    response = dns.message.from_wire(ask(authority, wire))
    assert response.rcode() == dns.rcode.NOERROR
    assert response.flags == dns.flags.QR | dns.flags.AA | dns.flags.RD
    assert [each.rdtype for each in response.answer] == [dns.rdatatype.SOA]
    assert response.edns == (0 if has_edns else -1)


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(message(asked=b"", count=0), id="no question"),
        pytest.param(message(count=0), id="a question that is not counted"),
        pytest.param(message(count=2), id="one of two questions"),
        pytest.param(message(asked=ASKED * 2, count=2), id="two questions"),
        pytest.param(message(asked=b""), id="a header alone"),
        pytest.param(message()[:-1], id="cut off"),
        pytest.param(message() + b"\0", id="octets behind"),
        pytest.param(message(asked=b"\xc0\x0c\0\1\0\1"), id="a loop"),
        pytest.param(message(asked=b"\3www\xc0\4\0\1\0\1"), id="a pointer"),
        pytest.param(message(asked=b"\x41" + ASKED[1:]), id="a label type"),
        pytest.param(message(asked=b"\x3f" + b"x" * 300), id="a long name"),
        pytest.param(message(A[:-1]), id="a record cut off"),
        pytest.param(message(b"\7example\xc0"), id="a pointer cut off"),
        pytest.param(message(*[A] * 41), id="41 records"),
        pytest.param(message(*[A] * 4, opt(flags=DO)), id="5 records with DO"),
        pytest.param(message(opt(), opt()), id="two OPT records"),
        pytest.param(message(opt(owner=b"\1a\0")), id="OPT at a name"),
        pytest.param(message(opt(owner=b"\xc0\x15")), id="OPT at a pointer"),
        pytest.param(message(answers=[opt()]), id="OPT as an answer"),
        pytest.param(message(authorities=[opt()]), id="OPT as authority"),
        pytest.param(message(opt(options=b"\xff")), id="part of an option"),
        pytest.param(message(opt(options=b"\0\3\0\5x")), id="an option cut off"),
        pytest.param(message(tsig(), opt()), id="TSIG before OPT"),
        pytest.param(message(tsig(), tsig()), id="two TSIG records"),
        pytest.param(message(answers=[tsig()]), id="TSIG as an answer"),
        pytest.param(message(tsig(class_=1)), id="TSIG of a class"),
        pytest.param(message(tsig(owner=b"\xc0\x0c")), id="TSIG with a pointer"),
        pytest.param(message(tsig(SIGNATURE[:-1])), id="TSIG cut off"),
        pytest.param(message(tsig(SIGNATURE + b"x")), id="TSIG with octets behind"),
    ],
)
def test_malformed(authority, wire):
    assert ask(authority, wire) == b"\x12\x34\x81\1" + bytes(8)


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(message()[:2] + b"\x80" + message()[3:], id="a response"),
        pytest.param(message()[:11], id="no header"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_silence(authority, wire):
    assert not isinstance(answer(authority, wire, SOURCE, NOW_S), Answer)


@pytest.mark.parametrize("options", [b"", b"\0\3\0\0"], ids=["none", "NSID"])
def test_who_asks_nothing_learns_that_there_are_options(authority, options):
    wire = message(opt(options=options), asked=b"", count=0)
    assert ask(authority, wire) == (
        b"\x12\x34\x81\1" + pack("!4H", 0, 0, 0, 1) + b"\0\0\x29\4\xd0" + bytes(6)
    )


@pytest.mark.parametrize("before", [(), (opt(),)], ids=["plain", "EDNS"])
@pytest.mark.parametrize("type_", [6, 1, 252])
def test_a_key_is_not_known(authority, before, type_):
    asked = ASKED[:-4] + pack("!HH", type_, 1)
    said = ask(authority, message(*before, tsig(), asked=asked))
    # RFC 8945 5.2.1: BADKEY in a record that is not signed itself.
    bad_key = ALGORITHM + TIMES + b"\0\0" + b"\x12\x34\0\x11\0\0"
    own = b"\0\0\x29\4\xd0" + bytes(6) if before else b""
    counts = pack("!4H", 1, 0, 0, 1 + len(before))
    assert said == b"\x12\x34\x81\x09" + counts + asked + own + tsig(bad_key)


def test_a_key_of_long_names_does_not_make_the_response_too_long(authority):
    name = b"".join(b"\x3f" + b"k" * 63 for _ in range(3)) + b"\0"
    rdata = name + SIGNATURE[len(ALGORITHM) :]
    asked = name[:-1] + ASKED
    said = ask(authority, message(tsig(rdata, owner=name), asked=asked))
    response = dns.message.from_wire(said)
    assert len(said) <= 512
    assert response.flags & dns.flags.TC

"""Zone files: what dnspython makes of a file is what comes out, and where it fails."""

import dns.zone
import pytest
from fakes.master_files import TextFile
from hypothesis import given, settings
from hypothesis import strategies as st

from balancer.nameserver.zones import master_file
from balancer.nameserver.zones.master_file import Unreadable, read_master_file
from balancer.wire.dns.names import name_from_text, name_to_text

APEX = name_from_text("gslb.net")
HEAD = """\
$TTL 1h ; of all that say none
@ IN SOA ns hostmaster (
        7     ; serial ( not a parenthesis
        3600 600 1209600 5 )
  NS ns
ns A 23.53.0.53
  AAAA 2a23:53::53
"""
ZONE = (
    HEAD
    + """\
a.b 60 IN A 23.0.0.1
WWW.gslb.net.\tIN\tA\t23.0.0.2
www 5m TXT "a ; b" "(" plain \\; ; comment
  IN 60 MX 10 mail
$ORIGIN deep.gslb.net.
* CNAME www.gslb.net.
@ NS ns.elsewhere.org.
_sip._tcp SRV 1 2 5060 x
$TTL 5
x PTR y

; nothing
toroot CNAME .
null MX 0 .
nul NS .
  60 PTR .
web HTTPS 1 . alpn="h2,h3" ipv4hint=23.0.0.9
odd\\.label A 23.0.0.3
x CAA 0 issue "ca.example.net"
$GENERATE 1-3 h$ A 23.0.9.$
"""
)


def entries(text, **others):
    return list(read_master_file(TextFile(text, others=others), APEX))


def records(text):
    return sorted((e.owner, e.type, e.ttl_s, e.rdata) for e in entries(text))


def theirs(text):
    zone = dns.zone.from_text(text, "gslb.net.", relativize=False)
    return sorted(
        (name.to_digestable(), rdata.rdtype, ttl_s, rdata.to_digestable())
        for name, ttl_s, rdata in zone.iterate_rdatas()
    )


def test_reads_what_dnspython_reads():
    assert records(ZONE) == theirs(ZONE)


plain_lines = st.builds(
    "{}{}{}{}\n".format,
    st.sampled_from(["a ", "a.b\t", "*.a ", "c.gslb.net. ", "@ ", "A ", "_x-1 ", "\t"]),
    st.sampled_from(["", "0 ", "60\t", "1d "]),
    st.sampled_from(["", "IN ", "in "]),
    st.sampled_from(
        ["A 23.0.0.1", "a 23.0.0.2 ", "AAAA ::1", "NS ns", "NS b.", "A 23.0.0.3 ; c"]
    ),
)


@given(st.lists(plain_lines, max_size=6))
@settings(max_examples=15)
def test_quick_lines_say_the_same_as_dnspython(lines):
    # Each record at its own name: a zone of dnspython's has one TTL for a set.
    ours = [e for e in entries(HEAD + "".join(lines)) if not isinstance(e, Unreadable)]
    sets = {
        (e.owner, e.type): min(
            o.ttl_s for o in ours if (o.owner, o.type) == (e.owner, e.type)
        )
        for e in ours
    }
    found = sorted({(e.owner, e.type, sets[e.owner, e.type], e.rdata) for e in ours})
    assert found == theirs(HEAD + "".join(lines))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("a A 23.0.0", "not readable: a A 23.0.0", id="address"),
        pytest.param("a AAAA 23.0.0.1", "not readable", id="family"),
        pytest.param("a..b A 23.0.0.1", "not readable", id="empty label"),
        pytest.param("a 99999999999 A 23.0.0.1", "not readable", id="TTL"),
        pytest.param(f"{'x' * 64} A 23.0.0.1", "not readable", id="long label"),
        pytest.param("a NS 1:2", "an address, not a name", id="no name"),
        pytest.param("a NS ..", "a label is not of 1 to 63 octets", id="dots"),
        pytest.param(
            "a 2147483648 A 1.1.1.1", "a TTL of 2147483648 s, not at most", id="TTL"
        ),
        pytest.param("a IN 2147483648 MX 1 b", "a TTL of 2147483648 s", id="TTL of MX"),
        pytest.param(f"a HINFO {'x' * 256} b", "cut it into several", id="long text"),
        pytest.param(
            f"a NAPTR 1 1 {'x' * 256} b c .", "cut it into several", id="long word"
        ),
        pytest.param("a MB b", "write \\# (RFC 3597)", id="no words"),
        pytest.param("a BOGUS 1", "unknown rdatatype 'BOGUS'", id="type"),
        pytest.param("a MX mail", "a word is missing", id="rdata"),
        pytest.param("a TXT", "not readable: a TXT: a word is missing", id="no text"),
        pytest.param("$FOO x", "there are $GENERATE, $INCLUDE,", id="directive"),
        pytest.param("$UNICODE 2003", "there are $GENERATE", id="dnspython's own"),
        pytest.param("$GENERATE 1-300 a A 1.1.1.$", "a A 1.1.1.256: no a", id="256"),
        pytest.param("a CH A 1", "of another class than IN", id="class"),
        pytest.param("$INCLUDE x", "$INCLUDE x: no such file", id="include"),
        pytest.param("$INCLUDE", "$INCLUDE: no file; write its", id="include nothing"),
        pytest.param("$INCLUDE x a..b", "$INCLUDE: A DNS label is em", id="origin"),
        pytest.param("$INCLUDE x a b", "$INCLUDE: expected EOL", id="two origins"),
        pytest.param("$INCLUDED x", "there are $GENERATE", id="included"),
        pytest.param(
            "$GENERATE 1-999999999 h$ A 1.1.1.1", "more than 1048576", id="generated"
        ),
        pytest.param(f"$GENERATE 1-{'9' * 5000} h$ A 1.1.1.1", "no range", id="digits"),
        pytest.param(f"a IN {'9' * 5000} TXT b", "digits", id="digits of a TTL"),
        pytest.param('a TXT "open', "quot", id="open string"),
    ],
)
def test_what_cannot_be_read_is_told_by_line(line, words):
    found = entries(HEAD + line + "\nz A 23.0.0.9\n")
    wrong = [e for e in found if isinstance(e, Unreadable)]
    assert [e.line for e in wrong] == [8]
    assert words in wrong[0].what
    assert found[-1].owner == name_from_text("z.gslb.net")  # and the rest is read


def test_a_ttl_must_be_said_once():
    [wrong] = entries("a A 1.1.1.1\n")
    assert wrong.what.endswith("no TTL, and none before it; begin with $TTL 1h")


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        pytest.param("x" * 255, [255], id="255"),
        pytest.param("x" * 256, [255, 1], id="a word"),
        pytest.param(f'"{"x" * 511}" "" y', [255, 255, 1, 0, 1], id="a string"),
        pytest.param('"' + "\\255" * 255 + '\\"\\;" z', [255, 2, 1], id="escapes"),
        pytest.param(f'"{"ü" * 128}"', [254, 2], id="letters of two octets"),
        pytest.param("\udcff" * 256, [255, 1], id="octets that are no letters"),
        pytest.param(
            f'( {"x" * 256} ; it is "\n {"y" * 2} ; {"z" * 300}\n )',
            [255, 1, 2],
            id="comments",
        ),
    ],
)
def test_long_texts_are_cut(text, lengths):
    [found] = entries(f"a 60 TXT {text}\n")
    rest, cut = found.rdata, []
    while rest:
        cut.append(rest[0])
        rest = rest[1 + rest[0] :]
    assert cut == lengths


def test_a_parenthesis_left_open_is_told_where_it_began():
    [wrong] = [
        e for e in entries(HEAD + "a TXT (\nb A 1.1.1.1\n") if isinstance(e, Unreadable)
    ]
    assert wrong.line == 8


INCLUDING = """\
www A 23.0.0.2
$INCLUDE one deep ; with an origin of its own
 TXT "of www"
$include "two"
b A 23.0.0.3
"""
ONE = """\
  TXT "of www, too"
a A 23.0.0.4
b 60 MX 1 c
$INCLUDE two
c A 23.0.0.5
"""
TWO = """\
$TTL 7
$ORIGIN x
@ A 23.0.0.6
"""


def test_included_files_change_neither_origin_nor_owner_but_the_ttl():
    found = [
        (e.file, e.line, name_to_text(e.owner), e.ttl_s)
        for e in entries(HEAD + INCLUDING, one=ONE, two=TWO)
    ]
    assert found[4:] == [
        ("gslb.zone", 8, "www.gslb.net", 3600),
        ("one", 1, "www.gslb.net", 3600),
        ("one", 2, "a.deep.gslb.net", 3600),
        ("one", 3, "b.deep.gslb.net", 60),
        ("two", 3, "x.deep.gslb.net", 7),
        ("one", 5, "c.deep.gslb.net", 7),
        ("gslb.zone", 10, "www.gslb.net", 7),
        ("two", 3, "x.gslb.net", 7),
        ("gslb.zone", 12, "b.gslb.net", 7),
    ]


def test_a_mistake_in_an_included_file_is_told_there_and_the_rest_is_read():
    [wrong, after] = entries(HEAD + "$INCLUDE a\nz A 1.1.1.1\n", a="\na A x\n")[4:]
    assert (wrong.file, wrong.line) == ("a", 2)
    assert after.owner == name_from_text("z.gslb.net")


def test_generated_records_leave_the_owner_as_it_was():
    *_, last = entries(HEAD + "$GENERATE 1-2 a$ A 1.1.1.$\n TXT x\n")
    assert last.owner == name_from_text("ns.gslb.net")


def test_the_files_of_a_zone_are_counted(monkeypatch):
    monkeypatch.setattr(master_file, "MAX_INCLUDED", 3)
    *_, third, fourth = entries(HEAD + "$INCLUDE a\n" * 4, a="a 60 A 1.1.1.1\n")
    assert third.file == "a"
    assert fourth.what == "$INCLUDE: more than 3 files; join some"

"""Zone files: what dnspython makes of a file is what comes out, and where it fails."""

import dns.zone
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balancer.nameserver.zones.text import (
    Unreadable,
    rdata_from_text,
    read_master_file,
    text_rdata,
)
from balancer.wire.dns.names import name_from_text

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


def entries(text):
    return list(read_master_file(text.splitlines(keepends=True), APEX))


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
        pytest.param(f"a TXT {'x' * 256}", "cut it into several", id="long text"),
        pytest.param("a MB b", "write \\# (RFC 3597)", id="no words"),
        pytest.param("a BOGUS 1", "unknown rdatatype 'BOGUS'", id="type"),
        pytest.param("a MX mail", "expecting", id="rdata"),
        pytest.param("a CH A 1", "of another class than IN", id="class"),
        pytest.param(
            "$INCLUDE other.zone",
            "$INCLUDE: not supported; put its lines here",
            id="include",
        ),
        pytest.param(
            "$GENERATE 1-999999999 h$ A 1.1.1.1", "more than 1048576", id="generated"
        ),
        pytest.param(
            f"$GENERATE 1-{'9' * 5000} h$ A 1.1.1.1", "more than", id="digits"
        ),
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


def test_a_parenthesis_left_open_is_told_where_it_began():
    [wrong] = [e for e in entries(HEAD + "a TXT (\nb A 1.1.1.1\n") if len(e) == 2]
    assert wrong.line == 8


@pytest.mark.parametrize(
    ("type_", "text", "rdata"),
    [
        pytest.param("A", "23.0.0.1", b"\x17\0\0\1", id="A"),
        pytest.param("MX", "10 Mail.GSLB.net", b"\0\x0a\4mail\4gslb\3net\0", id="MX"),
        pytest.param("SRV", "1 2 3 .", b"\0\1\0\2\0\3\0", id="SRV"),
        pytest.param("CAA", "0 issue a", b"\0\5issuea", id="CAA"),
        pytest.param("HTTPS", "1 . port=8443", b"\0\1\0\0\3\0\2\x20\xfb", id="HTTPS"),
    ],
)
def test_rdata(type_, text, rdata):
    assert rdata_from_text(type_, text) == rdata


def test_no_rdata():
    with pytest.raises(ValueError, match="'mail' is no MX record"):
        rdata_from_text("MX", "mail")


def test_long_texts_are_cut_into_strings():
    assert text_rdata("") == b"\0"
    assert text_rdata("x" * 300) == b"\xff" + b"x" * 255 + b"\x2d" + b"x" * 45

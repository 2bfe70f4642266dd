"""Rdata that people wrote: what it is on the wire, and what is none."""

import pytest

from balancer.nameserver.zones.text import rdata_from_text, text_rdata


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


def test_rdata_is_of_one_line():
    with pytest.raises(ValueError, match="has several lines; write a record for each"):
        rdata_from_text("A", "23.0.0.1\n23.0.0.2")


def test_long_texts_are_cut_into_strings():
    assert text_rdata("") == b"\0"
    assert text_rdata("x" * 300) == b"\xff" + b"x" * 255 + b"\x2d" + b"x" * 45

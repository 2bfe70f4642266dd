"""The name behind another one, as denials have it."""

import dns.dnssec
import dns.name
import pytest
from dns_strategies import names
from hypothesis import given

from balancer.wire.dns.dnssec import next_name


@given(names.filter(lambda name: len(name) > 2))
def test_the_next_name_is_behind(name):
    name = name.lower()
    assert dns.name.from_wire(next_name(name), 0)[0] > dns.name.from_wire(name, 0)[0]


@pytest.mark.parametrize(
    "first",
    [b"x" * 61, b"\xff" * 61, b"x" * 60 + b"@", b"x" * 60 + b"\xff"],
    ids=["long", "no greater octet", "before the capitals", "last octet"],
)
@pytest.mark.parametrize("second", [b"y" * 63, b"\xff" * 63])
def test_the_next_name_of_one_that_cannot_grow(first, second):
    labels = [first, second, b"y" * 63, b"y" * 63]
    name = b"".join(bytes([len(each)]) + each for each in labels) + b"\0"
    assert len(name) == 255
    assert dns.name.from_wire(next_name(name), 0)[0] > dns.name.from_wire(name, 0)[0]


def test_behind_the_last_name_is_the_first():
    labels = b"\x3f" + b"\xff" * 63
    assert next_name(b"\x3d" + b"\xff" * 61 + labels * 3 + b"\0") == b"\0"

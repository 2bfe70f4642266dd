"""The client subnet option (RFC 7871): what is echoed, and how far an answer holds."""

import dns.flags
import dns.message
import dns.rcode
import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.nameserver.answering.answer import answer
from balancer.nameserver.answering.fast import FastPath
from balancer.wire.dns.edns import ADDRESS_BITS, ClientSubnet, Edns, Option
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question, make_query

NOW_S = 1_800_000_000
FRA = "11.1.3.10"
SUBNET, COOKIE = 8, 10
# Where the map of the zone's service has its borders.
STARTS = {1: 0x0B02 << 16, 2: 0x2A11_0000_0002 << 80}


def ask(authority, data, name="www.gslb.net", type_=1, more=(), payload=1232):
    """The response to a query with such an option, on which both paths agree."""
    options = (Option(SUBNET, data), *more)
    question = Question(name_from_text(name), type_)
    wire = make_query(7, question, Edns(payload, options=options)).to_wire()
    said = answer(authority, wire, FRA, NOW_S).wire
    assert FastPath(authority).answer(wire, FRA, NOW_S) in (None, said)
    return said


def echoed(response):
    """The option's data in a response; None: it has none."""
    found = dns.message.from_wire(response)
    return next((it.to_wire() for it in found.options if it.otype == SUBNET), None)


def subnet(family, value, source):
    """The network of this length that an address is in."""
    bits = ADDRESS_BITS[family]
    value = value >> (bits - source) << (bits - source)
    octets = value.to_bytes(bits // 8, "big")[: (source + 7) // 8]
    return ClientSubnet(family, source, 0, octets)


@pytest.mark.parametrize("family", ADDRESS_BITS)
def test_every_length_is_taken_and_echoed(authority, family):
    for source in range(ADDRESS_BITS[family] + 1):
        data = subnet(family, STARTS[family], source).to_wire()
        said = echoed(ask(authority, data))
        assert said[:3] + said[4:] == data[:3] + data[4:]
        assert bool(said[3]) == bool(source)  # the service is steered for who says


@pytest.mark.parametrize("family", ADDRESS_BITS)
def test_what_is_not_a_subnet_is_refused(authority, family):
    bits = ADDRESS_BITS[family]
    for source in range(1, bits + 1):
        good = subnet(family, STARTS[family], source).to_wire()
        broken = [good[:-1], good + b"\0", good[:3] + b"\1" + good[4:]]
        if source % 8:
            broken.append(good[:-1] + bytes((good[-1] | 1,)))
        for data in broken:
            said = ask(authority, data)
            assert dns.message.from_wire(said).rcode() == dns.rcode.FORMERR
            assert echoed(said) is None


def test_of_two_the_first_counts_and_none_may_be_wrong(authority):
    fra, iad = (subnet(1, value << 16, 24).to_wire() for value in (0x0B01, 0x0B02))
    both = ask(authority, fra, more=(Option(SUBNET, iad),))
    assert echoed(both)[4:] == fra[4:]
    assert addresses(both) == addresses(ask(authority, fra))
    for wrong in (fra[:-1], fra[:3] + b"\1" + fra[4:]):
        said = ask(authority, fra, more=(Option(SUBNET, wrong),))
        assert dns.message.from_wire(said).rcode() == dns.rcode.FORMERR


@pytest.mark.parametrize("data", [b"\0\0\0\0", b"\0\1\0\0", b"\0\2\0\0"])
def test_who_says_nothing_is_told_that_it_holds_for_all(authority, data):
    said = ask(authority, data)
    assert said.endswith(b"\0\x08\0\4" + data)


@pytest.mark.parametrize(
    ("name", "type_", "rcode", "flags"),
    [
        pytest.param("www.gslb.net", 16, "NOERROR", "QR AA", id="no data"),
        pytest.param("x.www.gslb.net", 1, "NXDOMAIN", "QR AA", id="no name"),
        pytest.param("www.child.gslb.net", 1, "NOERROR", "QR", id="referral"),
        pytest.param("many.gslb.net", 1, "NOERROR", "QR AA TC", id="truncated"),
        pytest.param("ns.gslb.net", 1, "NOERROR", "QR AA", id="not steered"),
    ],
)
@pytest.mark.parametrize("more", [(), (Option(COOKIE, b"c" * 8),)], ids=["", "cookie"])
def test_all_else_holds_for_everybody(authority, name, type_, rcode, flags, more):
    data = b"\0\1\x18\0\x0b\2\3"
    said = ask(authority, data, name, type_, more, payload=512)
    response = dns.message.from_wire(said)
    assert dns.rcode.to_text(response.rcode()) == rcode
    assert dns.flags.to_text(response.flags) == flags
    assert echoed(said) == data
    assert [it.otype for it in response.options] == [SUBNET, COOKIE][: 1 + len(more)]


@given(st.sampled_from([*ADDRESS_BITS]), st.data())
def test_an_answer_holds_as_far_as_it_says(authority, family, data):
    """Section 7.2.1: whoever is inside of the scope is answered the same."""
    bits = ADDRESS_BITS[family]
    near = st.integers(0, 1 << 24).map(lambda add: STARTS[family] - (1 << 16) + add)
    value = data.draw(st.integers(0, (1 << bits) - 1) | near)
    first = subnet(family, value, data.draw(st.integers(1, bits)))
    said = ask(authority, first.to_wire())
    scope = echoed(said)[3]
    inside = first.value | data.draw(st.integers(0, (1 << bits) - 1)) % (
        1 << (bits - scope)
    )
    other = subnet(family, inside, data.draw(st.integers(scope, bits)))
    again = ask(authority, other.to_wire())
    assert echoed(again)[3] == scope
    assert addresses(again) == addresses(said)


def addresses(wire):
    return [each.to_text() for each in dns.message.from_wire(wire).answer]

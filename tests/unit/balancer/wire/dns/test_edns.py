"""EDNS0 and the client subnet option."""

import dns.edns
import pytest
from dns_strategies import client_subnets
from hypothesis import given
from hypothesis import strategies as st

from balancer.errors import WireError
from balancer.wire.dns.edns import ClientSubnet


@pytest.mark.parametrize(
    ("wire", "subnet"),
    [
        pytest.param(
            b"\0\1\x18\0\x0b\1\2", ClientSubnet(1, 24, 0, b"\x0b\1\2"), id="IPv4 /24"
        ),
        pytest.param(
            b"\0\2\x14\0\x2a\x11\x10",
            ClientSubnet(2, 20, 0, b"\x2a\x11\x10"),
            id="IPv6 /20",
        ),
        pytest.param(b"\0\1\0\0", ClientSubnet(1, 0, 0, b""), id="opted out"),
        pytest.param(b"\0\0\0\0", ClientSubnet(0, 0, 0, b""), id="no family"),
    ],
)
def test_known_octets(wire, subnet):
    assert ClientSubnet.from_wire(wire) == subnet
    assert subnet.to_wire() == wire


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\0\1\x18", id="cut in the lengths"),
        pytest.param(b"\0\1\x18\0\x0b\1", id="too few octets"),
        pytest.param(b"\0\1\x18\0\x0b\1\2\0", id="too many octets"),
        pytest.param(b"\0\1\x14\0\x0b\1\2", id="bits behind the length"),
        pytest.param(b"\0\1\x21\0\x0b\1\2\3\0", id="33 bits of IPv4"),
        pytest.param(b"\0\1\x18\x21\x0b\1\2", id="scope of 33 bits"),
        pytest.param(b"\0\3\x08\0\x0b", id="unknown family"),
        pytest.param(b"\0\0\x08\0\x0b", id="no family, but an address"),
    ],
)
def test_malformed(wire):
    with pytest.raises(WireError):
        ClientSubnet.from_wire(wire)


@given(client_subnets())
def test_round_trip_and_dnspython_agrees(subnet):
    wire = subnet.to_wire()
    assert ClientSubnet.from_wire(wire) == subnet
    theirs = dns.edns.option_from_wire(8, wire, 0, len(wire))
    assert theirs.to_wire() == wire
    assert theirs.srclen == subnet.source_prefix_length


@given(st.binary(max_size=24))
def test_any_octets_parse_or_raise(data):
    try:
        subnet = ClientSubnet.from_wire(data)
    except WireError:
        return
    assert subnet.to_wire() == data

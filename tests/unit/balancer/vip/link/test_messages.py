"""What the kernel says of addresses and neighbours, by octets that it has sent."""

from ipaddress import IPv4Address, IPv4Interface

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.errors import WireError
from balancer.vip.link.messages import (
    ERROR,
    GET_NEIGHBOUR,
    NEW_ADDRESS,
    NEW_NEIGHBOUR,
    Message,
    address_of,
    dump_request,
    error_number,
    messages,
    neighbour_of,
)

ADDRESS = bytes.fromhex(
    "28000000" "1400" "0200" "01000000" "00000000"  # header
    "02" "18" "80" "00" "03000000"  # IPv4, /24, permanent, of interface 3
    "0800" "0100" "0b010108"  # IFA_ADDRESS
    "0800" "0200" "0b010108"  # IFA_LOCAL
)  # fmt: skip
NEIGHBOUR = bytes.fromhex(
    "30000000" "1c00" "0200" "01000000" "00000000"
    "02" "000000" "03000000" "0200" "00" "01"  # IPv4, of interface 3, reachable
    "0800" "0100" "0b01010a"  # NDA_DST
    "0a00" "0200" "020001010010" "0000"  # NDA_LLADDR, filled up
)  # fmt: skip


def test_an_address_and_its_network() -> None:
    (message,) = messages(ADDRESS)
    assert message.kind == NEW_ADDRESS
    assert address_of(message, 3) == IPv4Interface("11.1.1.8/24")
    assert address_of(message, 4) is None


def test_a_neighbour_and_its_hardware_address() -> None:
    first, second = messages(NEIGHBOUR + NEIGHBOUR)
    assert first == second
    assert first.kind == NEW_NEIGHBOUR
    expected = IPv4Address("11.1.1.10"), bytes.fromhex("020001010010")
    assert neighbour_of(first, 3) == expected
    assert neighbour_of(first, 4) is None


@pytest.mark.parametrize(
    ("state", "known"),
    [
        pytest.param(0x01, False, id="incomplete"),
        pytest.param(0x04, True, id="stale"),
        pytest.param(0x10, True, id="asked again"),
        pytest.param(0x20, False, id="failed"),
        pytest.param(0x80, True, id="permanent"),
    ],
)
def test_a_neighbour_counts_by_its_state(state: int, known: bool) -> None:
    octets = bytearray(NEIGHBOUR)
    octets[24] = state
    (message,) = messages(bytes(octets))
    assert (neighbour_of(message, 3) is not None) == known


def test_a_neighbour_without_an_address_is_none() -> None:
    assert neighbour_of(Message(NEW_NEIGHBOUR, NEIGHBOUR[16:36]), 3) is None


def test_the_request_and_its_refusal() -> None:
    octets = "140000001e000103010000000000000002000000"
    assert dump_request(GET_NEIGHBOUR).hex() == octets
    assert error_number(Message(ERROR, (-1).to_bytes(4, "little", signed=True))) == 1


@given(octets=st.binary(max_size=64) | st.binary().map(lambda tail: ADDRESS + tail))
def test_any_octets_are_messages_or_an_error(octets: bytes) -> None:
    try:
        for message in messages(octets):
            address_of(message, 3)
            neighbour_of(message, 3)
    except WireError:
        pass

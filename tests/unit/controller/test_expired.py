"""What routers tell of packets whose TTL ended."""

from dataclasses import replace
from ipaddress import ip_address

import pytest
from fakes.fabrics import triangle
from hypothesis import given, settings
from hypothesis import strategies as st

from balancer.wire.checksum import checksum, pseudo_header6
from balancer.wire.cursor import Cursor
from balancer.wire.ethernet import Ethernet, EtherType
from balancer.wire.icmp import PROTOCOL4, PROTOCOL6, SIZE, Icmp
from balancer.wire.ipv4 import Ipv4
from balancer.wire.ipv6 import Ipv6
from controller.expired import MOST4, MOST6, time_exceeded

UDP = 17
MORE, LATER = 0x2000, 0x0008  # of the fragment field
IPV4, IPV6 = EtherType.IPV4, EtherType.IPV6
ROUTER = triangle().routers[0]
MAC = bytes.fromhex(ROUTER.mac.replace(":", ""))
OWN = {it.version: int(it) for it in reversed(ROUTER.gateways)}
CLIENT4, SERVER4 = int(ip_address("11.3.16.10")), int(ip_address("23.0.1.80"))
CLIENT6, SERVER6 = int(ip_address("2a11:0:3::10")), int(ip_address("2a23::80"))
PROBE = b"\x80\x01\x82\x9a\0\x08\0\0"


def packet4(payload=PROBE, protocol=UDP, source=CLIENT4, **fields):
    header = Ipv4(source, SERVER4, protocol, 20 + len(payload), ttl=1, **fields)
    return header.to_wire() + payload


def packet6(payload=PROBE, protocol=UDP, source=CLIENT6):
    header = Ipv6(source, SERVER6, protocol, len(payload), hop_limit=1)
    return header.to_wire() + payload


def told(ethertype, packet, router=ROUTER):
    frame = Ethernet(MAC, b"\2\0\0\0\0\x09", ethertype).to_wire() + packet
    return time_exceeded(router, frame)


def icmp(kind):
    return Icmp(kind, 0, 0, 0).to_wire()


@pytest.mark.parametrize("size", [0, 8, 1400])
def test_the_sender_is_told_in_ipv4(size):
    sent = packet4(bytes(size))
    cursor = Cursor(told(IPV4, sent))
    assert Ethernet.from_wire(cursor) == Ethernet(MAC, MAC, IPV4)
    header = Ipv4.from_wire(cursor)
    assert (header.source, header.destination) == (OWN[4], CLIENT4)
    assert (header.protocol, header.ttl) == (PROTOCOL4, 64)
    assert header.total_length <= MOST4
    message = cursor.rest()
    assert checksum(message) == 0
    assert message[:2] == b"\x0b\x00"  # RFC 792
    assert message[SIZE:] == sent[: MOST4 - 28]


@pytest.mark.parametrize("size", [0, 8, 1400])
def test_the_sender_is_told_in_ipv6(size):
    sent = packet6(bytes(size))
    cursor = Cursor(told(IPV6, sent))
    assert Ethernet.from_wire(cursor) == Ethernet(MAC, MAC, IPV6)
    header = Ipv6.from_wire(cursor)
    assert (header.source, header.destination) == (OWN[6], CLIENT6)
    assert header.payload_length + 40 <= MOST6
    message = cursor.rest()
    covered = pseudo_header6(OWN[6], CLIENT6, len(message), PROTOCOL6)
    assert checksum(covered + message) == 0
    assert message[:2] == b"\x03\x00"  # RFC 4443 3.3
    assert message[SIZE:] == sent[: MOST6 - 48]


@pytest.mark.parametrize(
    ("ethertype", "packet", "is_told"),
    [
        pytest.param(IPV4, packet4(icmp(8), PROTOCOL4), True, id="ping"),
        pytest.param(IPV6, packet6(icmp(128), PROTOCOL6), True, id="ping, IPv6"),
        pytest.param(IPV4, packet4(fragment=MORE), True, id="first fragment"),
        pytest.param(IPV4, packet4(icmp(11), PROTOCOL4), False, id="an error"),
        pytest.param(IPV6, packet6(icmp(2), PROTOCOL6), False, id="an error, IPv6"),
        pytest.param(IPV4, packet4(fragment=LATER), False, id="a later fragment"),
        pytest.param(IPV4, packet4(source=0), False, id="from nobody"),
        pytest.param(IPV4, packet4(source=0xE0000001), False, id="from many"),
        pytest.param(IPV6, packet6(source=0), False, id="from nobody, IPv6"),
        pytest.param(EtherType.ARP, bytes(28), False, id="no IP"),
    ],
)
def test_who_is_told(ethertype, packet, is_told):
    assert (told(ethertype, packet) is not None) == is_told


def test_padding_of_a_short_frame_is_not_quoted():
    sent = packet4(b"x")
    assert told(IPV4, sent + bytes(30)).endswith(sent)


def test_a_router_without_an_address_says_nothing():
    mute = replace(ROUTER, gateways=())
    assert told(IPV4, packet4(), mute) is told(IPV6, packet6(), mute) is None


@settings(max_examples=50)
@given(st.binary(max_size=80), st.sampled_from([IPV4, IPV6, EtherType.ARP]))
def test_any_bytes_are_told_or_not(data, ethertype):
    said = told(ethertype, data)
    assert said is None or len(said) > 14

"""What a backend gets of a client's packets."""

import pytest
from fakes.forwardings import (
    BACKEND4,
    BALANCER4,
    CLIENT4,
    CLIENT6,
    VIP4,
    VIP6,
    forwarded,
    frame,
    tcp,
)

from balancer.wire.l4 import TcpFlag
from experiments.kit.forwarding.likeness import Aspect, Likeness, likeness, offered_mss
from experiments.kit.packets.peeled import Packet, packets

OPTIONS = bytes.fromhex("020405b40103030700000000")[:12]


def packet(octets: bytes) -> Packet:
    (one,) = packets([frame(octets)])
    return one


@pytest.mark.parametrize(
    ("client", "vip"), [(CLIENT4, VIP4), (CLIENT6, VIP6)], ids=["IPv4", "IPv6"]
)
def test_a_packet_that_crossed_a_router_is_the_same(client, vip) -> None:
    sent = packet(tcp(client, vip, options=OPTIONS, tos=184))
    got = packet(forwarded("gre", tcp(client, vip, options=OPTIONS, tos=184, ttl=63)))
    assert likeness([sent], [got]) == Likeness(1, 1, tuple(Aspect), 1, 0)


def test_a_packet_of_which_less_was_captured_is_the_same() -> None:
    long = tcp(CLIENT6, VIP6, payload=bytes(100))
    got = packet(forwarded("gre6", long))
    assert not got.is_whole
    assert likeness([packet(long)], [got]).same == 1


@pytest.mark.parametrize(
    ("got", "lacking"),
    [
        pytest.param(
            tcp(BALANCER4, BACKEND4, (20000, 80), OPTIONS, tos=184),
            {Aspect.SOURCE, Aspect.DESTINATION, Aspect.PORTS},
            id="translated",
        ),
        pytest.param(
            tcp(CLIENT4, BACKEND4, (40000, 80), OPTIONS, tos=184),
            {Aspect.DESTINATION},
            id="destination alone",
        ),
        pytest.param(
            tcp(CLIENT4, VIP4, (40000, 80), OPTIONS), {Aspect.TOS}, id="no DSCP"
        ),
        pytest.param(
            tcp(CLIENT4, VIP4, (40000, 80), tos=184), {Aspect.OPTIONS}, id="no options"
        ),
    ],
)
def test_what_differs_is_told(got: bytes, lacking: set[Aspect]) -> None:
    sent = packet(tcp(CLIENT4, VIP4, (40000, 80), OPTIONS, tos=184))
    found = likeness([sent], [packet(got)])
    assert set(Aspect) - set(found.aspects) == lacking
    assert found.same == 0


def test_a_wrong_checksum_is_counted() -> None:
    octets = bytearray(tcp(CLIENT4, VIP4, payload=b"even"))
    octets[-1] ^= 1
    assert likeness([packet(bytes(octets))], [packet(bytes(octets))]).wrong_sums == 1


def test_one_packet_is_not_two() -> None:
    sent = packet(tcp(CLIENT4, VIP4))
    assert likeness([sent, sent], [sent]).same == 1


def test_nothing_is_like_nothing() -> None:
    sent = packet(tcp(CLIENT4, VIP4))
    assert likeness([sent], []) == Likeness(1, 0, (), 0, 0)


@pytest.mark.parametrize(
    ("flags", "options", "mss"),
    [
        (TcpFlag.SYN | TcpFlag.ACK, b"\1\1\1\1\2\4\5\x8c", 1420),
        (TcpFlag.SYN | TcpFlag.ACK, b"\1\1\1\0", 0),
        (TcpFlag.ACK, b"\2\4\5\x8c", 0),
    ],
    ids=["behind others", "none", "no SYN"],
)
def test_the_mss_is_of_the_first_answer(flags: int, options: bytes, mss: int) -> None:
    answer = packet(tcp(VIP4, CLIENT4, options=options, flags=flags))
    assert offered_mss([packet(tcp(VIP4, CLIENT4)), answer]) == mss

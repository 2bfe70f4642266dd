"""Frames without their outer headers."""

from dataclasses import replace

import pytest
from fakes.forwardings import (
    BACKEND4,
    BACKEND6,
    BALANCER4,
    BALANCER6,
    CLIENT4,
    CLIENT6,
    SNAP,
    VIP4,
    VIP6,
    forwarded,
    frame,
    tcp,
)

from balancer.model import Address
from experiments.kit.forwarding.expected import OVERHEAD
from experiments.kit.packets.frame import Frame
from experiments.kit.packets.peeled import packets

TUNNELS = {
    "gre": f"GRE {BALANCER4} > {BACKEND4}",
    "gre6": f"GRE {BALANCER6} > {BACKEND6}",
    "ipip": f"IPIP {BALANCER4} > {BACKEND4}",
    "gue": f"GUE {BALANCER4} > {BACKEND4}",
}
ENDS = [pytest.param(CLIENT4, VIP4, id="IPv4"), pytest.param(CLIENT6, VIP6, id="IPv6")]


@pytest.mark.parametrize(("client", "vip"), ENDS)
@pytest.mark.parametrize("mode", OVERHEAD)
def test_the_packet_inside_is_as_it_was(
    mode: str, client: Address, vip: Address
) -> None:
    inner = tcp(client, vip, payload=b"hello", tos=184, ttl=63)
    (packet,) = packets([frame(forwarded(mode, inner))])
    assert packet.overhead == OVERHEAD[mode]
    assert str(packet.tunnel or "") == TUNNELS.get(mode, "")
    assert packet.octets == inner
    assert packet.is_whole
    assert (packet.source, packet.destination) == (client, vip)
    assert (packet.tos, packet.ttl, packet.protocol) == (184, 63, 6)
    assert packet.length == len(inner)


def test_what_was_not_captured_is_known_to_lack() -> None:
    (packet,) = packets([frame(tcp(CLIENT4, VIP4, payload=bytes(1000)))])
    assert (packet.length, len(packet.octets)) == (1040, SNAP - 14)
    assert not packet.is_whole
    assert packet.payload[:2] == (40000).to_bytes(2, "big")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\2" * 12 + b"\x08\x06" + bytes(28), id="ARP"),
        pytest.param(b"\2" * 12 + b"\x08\x00" + bytes(28), id="no IPv4"),
    ],
)
def test_what_is_no_packet_is_left_out(data: bytes) -> None:
    assert list(packets([Frame(0, "lb", True, data, len(data))])) == []


def test_what_fills_a_short_frame_up_is_no_part_of_its_packet() -> None:
    whole = frame(tcp(CLIENT4, VIP4))
    padded = replace(whole, data=whole.data + bytes(6), length=whole.length + 6)
    (packet,) = packets([padded])
    assert packet.is_whole


def test_packets_come_in_order_of_time() -> None:
    later, sooner = (
        frame(tcp(CLIENT4, VIP4, (port, 80)), time_ns=at)
        for port, at in ((1, 20), (2, 10))
    )
    assert [it.frame.time_ns for it in packets([later, sooner])] == [10, 20]

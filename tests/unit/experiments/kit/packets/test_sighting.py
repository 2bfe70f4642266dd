from dataclasses import replace

from fakes.captures import FlowScript, in_frame, in_gre, udp_packet
from fakes.runs import plan_of
from hypothesis import given
from hypothesis import strategies as st

from balancer.model import Protocol
from experiments.kit.packets.frame import Frame
from experiments.kit.packets.sighting import Flow, sightings

PLAN = plan_of("duo")
CLIENT, BALANCER = PLAN.host("fra-home-1"), PLAN.host("fra-lb1")
BACKEND = PLAN.host("fra-be1")
VIP = PLAN.vip("www", "fra")


def script(version: int) -> FlowScript:
    vip = VIP.address4 if version == 4 else VIP.address6
    return FlowScript(CLIENT, BALANCER, BACKEND, vip)


def test_a_plain_segment() -> None:
    flow = script(6)
    packet = flow.request(2)
    [seen] = sightings([in_frame(packet, CLIENT.name, False)])
    assert seen.flow == Flow(CLIENT.address6, VIP.address6, 40000, 80)
    assert seen.tunnel is None
    assert seen.payload == b"GET / HTTP/1.1\r\n"
    assert seen.payload_length == 16
    assert seen.ip_length == 40 + 20 + 16


def test_a_segment_in_gre_is_the_same_segment() -> None:
    flow = script(6)
    packet = flow.request(2)
    outer = in_gre(packet, BALANCER, BACKEND)
    frames = [in_frame(packet, "a", True), in_frame(outer, "b", True)]
    plain, tunnelled = sightings(frames)
    assert tunnelled.tunnel == ("GRE", BALANCER.address4, BACKEND.address4)
    assert tunnelled.flow == plain.flow
    assert tunnelled.segment == plain.segment
    assert tunnelled.ip_length == plain.ip_length + 24


def test_a_frame_cut_short_keeps_its_length() -> None:
    [seen] = sightings([in_frame(script(4).reply(1), "a", True)])
    assert len(seen.frame.data) == 192
    assert seen.payload_length == 1400
    assert seen.ip_length == 1440


def test_a_datagram_has_its_payload() -> None:
    packet = udp_packet(CLIENT.address4, VIP.address4, (5353, 53), b"question")
    [seen] = sightings([in_frame(packet, "a", True)])
    assert (seen.protocol, seen.payload) == (Protocol.UDP, b"question")


def test_the_order_is_that_of_time() -> None:
    packet = script(4).request(0)
    late, early = in_frame(packet, "late", True, 2), in_frame(packet, "early", True, 1)
    assert [it.frame.port for it in sightings([late, early])] == ["early", "late"]


def test_a_lost_hop_limit_changes_nothing() -> None:
    frame = in_frame(script(4).request(0), "a", True)
    ttl_at = 14 + 8
    data = frame.data[:ttl_at] + b"\x3f" + frame.data[ttl_at + 1 :]
    before, after = sightings([frame, replace(frame, data=data)])
    assert before.segment == after.segment


@given(st.binary(max_size=192), st.integers(0, 1600))
def test_any_octets_are_understood_or_left_out(data: bytes, more: int) -> None:
    assert len(list(sightings([Frame(0, "a", True, data, len(data) + more)]))) <= 1


@given(st.integers(14, 120), st.integers(0, 255))
def test_a_damaged_header_is_understood_or_left_out(at: int, octet: int) -> None:
    frame = in_frame(in_gre(script(6).request(2), BALANCER, BACKEND), "a", True)
    data = bytearray(frame.data)
    data[at % len(data)] = octet
    assert len(list(sightings([replace(frame, data=bytes(data))]))) <= 1

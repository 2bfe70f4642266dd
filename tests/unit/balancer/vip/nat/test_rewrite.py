"""Other ends for a packet: every checksum is what it is when made anew."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balancer.model import FiveTuple, Protocol
from balancer.vip.nat.rewrite import Place, rewrite, turned
from balancer.wire.checksum import checksum, pseudo_header4, pseudo_header6
from balancer.wire.ipv4 import Ipv4
from balancer.wire.ipv6 import Ipv6
from balancer.wire.l4 import Tcp, Udp

SIZES = {4: 20, 6: 40}
CHECK_AT = {Protocol.TCP: 16, Protocol.UDP: 6}


def packet(flow: FiveTuple, payload: bytes, *, unchecked: bool = False) -> bytes:
    """Return an IP packet whose checksums are right."""
    ports = (flow.source_port, flow.destination_port)
    if flow.protocol == Protocol.TCP:
        l4 = Tcp(*ports, flags=16).to_wire() + payload
    else:
        l4 = Udp(*ports, length=8 + len(payload)).to_wire() + payload
    pseudo = pseudo_header4 if flow.version == 4 else pseudo_header6
    head = pseudo(flow.source, flow.destination, len(l4), flow.protocol)
    check = checksum(head + l4) or (0xFFFF if flow.protocol == Protocol.UDP else 0)
    at = CHECK_AT[Protocol(flow.protocol)]
    octets = bytes(2) if unchecked else check.to_bytes(2, "big")
    l4 = l4[:at] + octets + l4[at + 2 :]
    ends = (flow.source, flow.destination, flow.protocol)
    if flow.version == 4:
        return Ipv4(*ends, total_length=20 + len(l4)).to_wire() + l4
    return Ipv6(*ends, payload_length=len(l4)).to_wire() + l4


def flows(version: int) -> st.SearchStrategy[tuple[FiveTuple, FiveTuple]]:
    """Return pairs of flows of one protocol."""
    address = st.integers(0, (1 << (32 if version == 4 else 128)) - 1)
    port = st.integers(0, 65535)

    def flow(protocol: int) -> st.SearchStrategy[FiveTuple]:
        return st.builds(
            FiveTuple, st.just(version), address, address, st.just(protocol), port, port
        )

    protocols = st.sampled_from([6, 17])
    return protocols.flatmap(lambda protocol: st.tuples(flow(protocol), flow(protocol)))


@pytest.mark.parametrize("version", [4, 6])
@given(data=st.data(), payload=st.binary(max_size=9))
@settings(max_examples=50)
def test_rewritten_is_as_made_anew(
    version: int, data: st.DataObject, payload: bytes
) -> None:
    old, new = data.draw(flows(version))
    frame = bytearray(packet(old, payload))
    place = Place(0, SIZES[version], len(frame))
    rewrite(frame, place, new)
    assert frame.hex() == packet(new, payload).hex()
    rewrite(frame, place, turned(turned(old)))
    assert frame.hex() == packet(old, payload).hex()


@pytest.mark.parametrize("version", [4, 6])
def test_udp_without_a_checksum_stays_without(version: int) -> None:
    old = FiveTuple(version, 1, 2, Protocol.UDP, 3, 4)
    new = FiveTuple(version, 5, 6, Protocol.UDP, 7, 8)
    frame = bytearray(packet(old, b"any", unchecked=True))
    rewrite(frame, Place(0, SIZES[version], len(frame)), new)
    assert bytes(frame) == packet(new, b"any", unchecked=True)


def test_a_udp_checksum_that_comes_to_zero_is_not_none() -> None:
    old = FiveTuple(4, 1, 2, Protocol.UDP, 3, 4)
    new = FiveTuple(4, 5, 6, Protocol.UDP, 7, 8)
    payload = packet(new, bytes(2))[26:28]  # which makes the sum of all of it -0
    frame = bytearray(packet(old, payload))
    rewrite(frame, Place(0, 20, len(frame)), new)
    assert frame[26:28] == b"\xff\xff"
    assert bytes(frame) == packet(new, payload)


def test_a_checksum_that_was_wrong_stays_wrong() -> None:
    old = FiveTuple(4, 1, 2, Protocol.TCP, 3, 4)
    new = FiveTuple(4, 5, 6, Protocol.TCP, 7, 8)
    frame = bytearray(packet(old, b""))
    frame[36] ^= 1
    rewrite(frame, Place(0, 20, len(frame)), new)
    right = packet(new, b"")
    assert frame[:36] == right[:36]
    assert frame[36:38] != right[36:38]


def test_a_quote_may_end_before_tcps_checksum() -> None:
    old = FiveTuple(4, 1, 2, Protocol.TCP, 3, 4)
    new = FiveTuple(4, 5, 6, Protocol.TCP, 7, 8)
    whole = packet(new, b"")
    frame = bytearray(packet(old, b"")[:28])
    rewrite(frame, Place(0, 20, len(frame)), new)
    assert bytes(frame) == whole[:28]

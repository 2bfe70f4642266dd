"""The Python reference on every named packet."""

import pytest
from vip_vectors import Packet, read_balancer

from balancer.vip.decide import decide
from balancer.vip.flows import Flows
from balancer.vip.packet import parse_flow, parse_ip

BALANCING, PACKETS = read_balancer()


@pytest.mark.parametrize("packet", PACKETS, ids=lambda packet: packet.name)
def test_vector(packet: Packet) -> None:
    flows = Flows()
    if packet.tracked:
        flows.insert(flow_of(packet.frame), BALANCING.names.index(packet.tracked))
    verdict = decide(packet.frame, BALANCING.tables(packet.down), flows)
    assert type(verdict).__name__ == packet.verdict
    assert verdict.reason.name == packet.counter
    assert getattr(verdict, "frame", packet.frame) == packet.output
    assert [BALANCING.names[b] for b in flows.values()] == left(packet)


def flow_of(frame: bytes):
    ethertype = int.from_bytes(frame[12:14], "big")
    flow, _ = parse_flow(frame, parse_ip(frame, ethertype))
    return flow


def left(packet: Packet) -> list[str]:
    return [packet.leaves] if packet.leaves else []

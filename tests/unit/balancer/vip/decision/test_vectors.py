"""The Python reference on every named packet."""

import pytest
from vip_vectors import Packet, flow_in, read_balancer

from balancer.vip.decision.decide import decide
from balancer.vip.decision.state import State
from balancer.vip.decision.verdict import Split

BALANCING, PACKETS = read_balancer()
NOW_S = 10_000.0


@pytest.mark.parametrize("packet", PACKETS, ids=lambda packet: packet.name)
def test_vector(packet: Packet) -> None:
    limits = BALANCING.options.limits
    state = State(limits)
    if packet.tracked:
        used_s = NOW_S - limits.idle_s - 1 if packet.idle else NOW_S
        backend = BALANCING.names.index(packet.tracked)
        state.flows.insert(flow_in(packet.frame), backend, used_s)
    for answer, entry in BALANCING.translations(packet.translated, NOW_S).items():
        state.translations.put(answer, entry)
    tables = BALANCING.tables(*packet.before, packet.down)
    verdict = decide(packet.frame, tables, state, NOW_S)
    assert type(verdict).__name__ == packet.verdict
    assert verdict.reason.name == packet.counter
    if isinstance(verdict, Split):
        assert verdict.frames == packet.outputs
    else:
        assert (getattr(verdict, "frame", packet.frame),) == packet.outputs
    assert [BALANCING.names[b] for b in state.flows.values()] == left(packet)
    expected = BALANCING.translations(packet.leaves_translated, NOW_S)
    assert dict(state.translations) == expected


def left(packet: Packet) -> list[str]:
    return [packet.leaves] if packet.leaves else []

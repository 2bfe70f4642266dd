"""The backend's XDP program beside its reference: vectors, and any frames."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tunnel_frames import encapsulated
from vip_strategies import frames
from vip_vectors import Packet, read_backend

from balancer.backend import decap
from balancer.backend.strip import Rules, strip
from balancer.backend.verdict import Dropped, Passed, Stripped
from balancer.model import Forwarding
from balancer.vip.objects import BpfObject
from balancer.vip.testrun import XDP_DROP, XDP_PASS, test_run

pytestmark = pytest.mark.live

RULES, PACKETS = read_backend()
SOME = replace(RULES, encapsulations=frozenset({Forwarding.GRE6, Forwarding.GUE}))
KERNEL_VERDICT: dict[type, int] = {
    Stripped: XDP_PASS,
    Passed: XDP_PASS,
    Dropped: XDP_DROP,
}
VERDICT_NAMES = {each.__name__: value for each, value in KERNEL_VERDICT.items()}
ADDRESSES = [(vip.version, int(vip)) for vip in RULES.vips] + [(4, 1), (6, 1)]


@pytest.fixture(scope="module", params=[RULES, SOME], ids=["all modes", "some"])
def loaded(request: pytest.FixtureRequest) -> Iterator[tuple[Rules, BpfObject]]:
    with decap.open_decapsulation(request.param) as program:
        yield request.param, program


@pytest.mark.parametrize("packet", PACKETS, ids=lambda packet: packet.name)
def test_vector(loaded: tuple[Rules, BpfObject], packet: Packet) -> None:
    rules, program = loaded
    if rules is not RULES:
        compare(rules, program, packet.frame)
        return
    before = decap.counters_of(program.maps["counters"])
    got = test_run(program.programs["decap"], packet.frame)
    after = decap.counters_of(program.maps["counters"])
    assert got.verdict == VERDICT_NAMES[packet.verdict]
    assert (got.frame,) == packet.outputs
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {packet.counter}


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_any_frame(loaded: tuple[Rules, BpfObject], data: st.DataObject) -> None:
    inner = frames(RULES.mac, ADDRESSES)
    strategy = inner | inner.flatmap(lambda frame: encapsulated(frame, RULES))
    compare(*loaded, data.draw(strategy))


def compare(rules: Rules, program: BpfObject, frame: bytes) -> None:
    """Give a frame to both, who must agree."""
    verdict = strip(frame, rules)
    before = decap.counters_of(program.maps["counters"])
    got = test_run(program.programs["decap"], frame)
    after = decap.counters_of(program.maps["counters"])
    assert got.verdict == KERNEL_VERDICT[type(verdict)], verdict.reason
    assert got.frame.hex() == getattr(verdict, "frame", frame).hex()
    assert after[verdict.reason.name] == before[verdict.reason.name] + 1

"""The XDP programs and the Python references are one: same verdict, bytes, state."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vip_strategies import frames
from vip_vectors import Packet, read_backend, read_balancer

from balancer.backend import decap, strip
from balancer.model import FiveTuple
from balancer.vip.datapath import Datapath
from balancer.vip.decide import decide
from balancer.vip.flows import Flows
from balancer.vip.layouts import FLOW, flow_key_bytes, options_bytes
from balancer.vip.libbpf import BpfObject, loaded
from balancer.vip.packet import parse_flow, parse_ip
from balancer.vip.slots import slot_entries
from balancer.vip.tables import Tables
from balancer.vip.testrun import XDP_DROP, XDP_PASS, XDP_REDIRECT, test_run
from balancer.vip.verdict import Answer, Drop, Encapsulate, Pass
from balancer.vip.xdp import BPF

pytestmark = pytest.mark.live

BALANCING, PACKETS = read_balancer()
RULES, BACKEND_PACKETS = read_backend()
KERNEL_VERDICT = {
    Encapsulate: XDP_REDIRECT,
    Answer: XDP_REDIRECT,
    Pass: XDP_PASS,
    Drop: XDP_DROP,
    strip.Stripped: XDP_PASS,
    strip.Passed: XDP_PASS,
    strip.Dropped: XDP_DROP,
}
VERDICT_NAMES = {each.__name__: value for each, value in KERNEL_VERDICT.items()}
FLOW_ENTRIES = 4096


class Kernel:
    """The loaded program beside its reference, each with a flow table of its own."""

    def __init__(self, program: BpfObject) -> None:
        self.datapath = Datapath(program)
        self._flow_map = program.maps["flows"]

    def start(self, tables: Tables, flows: dict[FiveTuple, int]) -> None:
        self.datapath.write(tables)
        for flow in self.datapath.flows():
            self._flow_map.delete(flow_key_bytes(flow))
        for flow, backend in flows.items():
            self._flow_map.update(flow_key_bytes(flow), FLOW.pack(backend))

    def counted(self, before: dict[str, int]) -> dict[str, int]:
        after = self.datapath.counters()
        return {
            name: after[name] - before[name]
            for name in after
            if after[name] > before[name]
        }


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    sizes = {"slots": slot_entries(BALANCING.all_up), "flows": FLOW_ENTRIES}
    rodata = options_bytes(BALANCING.options)
    with loaded(BPF / "vip.bpf.o", rodata, sizes) as program:
        yield Kernel(program)


@pytest.fixture(scope="module")
def backend() -> Iterator[BpfObject]:
    with decap.open_decapsulation(RULES) as program:
        yield program


@pytest.mark.parametrize("packet", PACKETS, ids=lambda packet: packet.name)
def test_vector(kernel: Kernel, packet: Packet) -> None:
    names = BALANCING.names
    tracked = {}
    if packet.tracked:
        tracked = {flow_of(packet.frame): names.index(packet.tracked)}
    kernel.start(BALANCING.tables(packet.down), tracked)
    before = kernel.datapath.counters()
    got = test_run(kernel.datapath.programs["vip"], packet.frame)
    assert got.verdict == VERDICT_NAMES[packet.verdict]
    assert got.frame.hex() == packet.output.hex()
    assert kernel.counted(before) == {packet.counter: 1}
    left = [names[number] for number in kernel.datapath.flows().values()]
    assert left == ([packet.leaves] if packet.leaves else [])


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_any_frames_in_a_row(kernel: Kernel, data: st.DataObject) -> None:
    tables = BALANCING.tables(
        data.draw(st.sampled_from([(), ("be1",), ("be1", "be3")]))
    )
    flows = Flows()
    kernel.start(tables, {})
    before, expected = kernel.datapath.counters(), Counter[str]()
    for frame in data.draw(
        st.lists(frames(BALANCING.options.mac, ADDRESSES), max_size=8)
    ):
        verdict = decide(frame, tables, flows)
        expected[verdict.reason.name] += 1
        got = test_run(kernel.datapath.programs["vip"], frame)
        assert got.verdict == KERNEL_VERDICT[type(verdict)], verdict.reason
        assert got.frame.hex() == getattr(verdict, "frame", frame).hex()
    assert kernel.counted(before) == expected
    assert kernel.datapath.flows() == dict(flows)


def test_a_backend_that_dies_loses_its_flows(kernel: Kernel) -> None:
    packet = next(p for p in PACKETS if p.counter == "INSERTED")
    names, flow = BALANCING.names, flow_of(packet.frame)
    kernel.start(BALANCING.tables(()), {flow: names.index("be2")})
    kernel.datapath.write(BALANCING.tables(("be2",)))
    before = kernel.datapath.counters()
    test_run(kernel.datapath.programs["vip"], packet.frame)
    assert kernel.counted(before) == {"REHASHED": 1}
    assert kernel.datapath.flows()[flow] != names.index("be2")


def test_a_full_flow_table_forgets_and_forwards(kernel: Kernel) -> None:
    packet = next(p for p in PACKETS if p.counter == "INSERTED")
    kernel.start(BALANCING.tables(()), {})
    frame = bytearray(packet.frame)
    for number in range(2 * FLOW_ENTRIES):
        frame[28:30] = number.to_bytes(2, "big")  # the last half of the source
        got = test_run(kernel.datapath.programs["vip"], bytes(frame))
        assert got.verdict == XDP_REDIRECT
    assert 0 < kernel.datapath.flow_count() <= FLOW_ENTRIES


@pytest.mark.parametrize("packet", BACKEND_PACKETS, ids=lambda packet: packet.name)
def test_backend_vector(backend: BpfObject, packet: Packet) -> None:
    before = decap.counters_of(backend.maps["counters"])
    got = test_run(backend.programs["decap"], packet.frame)
    after = decap.counters_of(backend.maps["counters"])
    assert got.verdict == VERDICT_NAMES[packet.verdict]
    assert got.frame.hex() == packet.output.hex()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {packet.counter}


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_any_frame_at_the_backend(backend: BpfObject, data: st.DataObject) -> None:
    inner = frames(RULES.mac, ADDRESSES)
    frame = data.draw(st.one_of(inner, inner.flatmap(encapsulated)))
    verdict = strip.strip(frame, RULES)
    before = decap.counters_of(backend.maps["counters"])
    got = test_run(backend.programs["decap"], frame)
    after = decap.counters_of(backend.maps["counters"])
    assert got.verdict == KERNEL_VERDICT[type(verdict)], verdict.reason
    assert got.frame.hex() == getattr(verdict, "frame", frame).hex()
    assert after[verdict.reason.name] == before[verdict.reason.name] + 1


ADDRESSES = [(vip.address.version, int(vip.address)) for vip in BALANCING.vips]
ADDRESSES += [(4, 1), (6, 1)]


def encapsulated(frame: bytes) -> st.SearchStrategy[bytes]:
    """Return `frame` inside GRE, mostly as a balancer sends it, with a byte changed."""
    outer = next(p.frame for p in BACKEND_PACKETS if p.verdict == "Stripped")[:38]
    length = (len(frame) + 10).to_bytes(2, "big")
    protocol = frame[12:14]
    whole = outer[:16] + length + outer[18:36] + protocol + frame[14:]

    def changed(place: int, octet: int) -> bytes:
        return whole[:place] + bytes([octet]) + whole[place + 1 :]

    mutated = st.builds(changed, st.integers(12, 37), st.integers(0, 255))
    return st.just(whole) | mutated


def flow_of(frame: bytes) -> FiveTuple:
    flow, _ = parse_flow(frame, parse_ip(frame, int.from_bytes(frame[12:14], "big")))
    return flow

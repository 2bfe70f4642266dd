"""The XDP programs and the Python references are one: same verdict, bytes, state."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live.vip.million import CROWDED, addresses, flood
from live.vip.pair import LIMITS, Pair, now_s, open_pair, outputs, timeless
from vip_strategies import frames
from vip_vectors import POOL, Packet, flow_in, read_balancer

from balancer.kernel.testrun import XDP_REDIRECT, test_run
from balancer.model import Protocol, Vip
from balancer.vip.decision.verdict import Reason
from balancer.vip.pools.build import build_tables
from balancer.vip.tables.limits import MAX_VIPS
from balancer.vip.xdp.datapath import open_datapath
from topo.wait import until

pytestmark = pytest.mark.live

BALANCING, PACKETS = read_balancer()


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with open_pair(BALANCING) as opened:
        yield opened


@pytest.mark.parametrize("packet", PACKETS, ids=lambda packet: packet.name)
def test_vector(pair: Pair, packet: Packet) -> None:
    names = BALANCING.names
    tracked = {}
    if packet.tracked:
        used_s = now_s() - (BALANCING.options.limits.idle_s + 1 if packet.idle else 0)
        backend = names.index(packet.tracked)
        tracked = {flow_in(packet.frame): (backend, used_s)}
    translated = BALANCING.translations(packet.translated, now_s())
    pair.start(BALANCING.tables(*packet.before, packet.down), tracked, translated)
    verdict = pair.run(packet.frame)
    assert type(verdict).__name__ == packet.verdict
    assert outputs(packet.frame, verdict) == packet.outputs
    assert pair.counted() == {packet.counter: 1}
    left = [names[number] for number in pair.datapath.flows().values()]
    assert left == ([packet.leaves] if packet.leaves else [])
    expected = BALANCING.translations(packet.leaves_translated, 0.0)
    assert timeless(pair.datapath.translations.read()) == expected


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_any_frames_in_a_row(pair: Pair, data: st.DataObject) -> None:
    dead = st.sampled_from([(), ("be1",), ("be2",), ("be1", "be3")])
    pair.start(BALANCING.tables(*data.draw(st.lists(dead, max_size=3))))
    strategy = frames(BALANCING.options.mac, addresses(BALANCING))
    for frame in data.draw(st.lists(strategy, max_size=8)):
        pair.run(frame)
    pair.compare()


def test_twenty_thousand_frames() -> None:
    with open_pair(BALANCING, CROWDED) as pair:
        reasons = flood(pair, 20_000, seed=7)
    unseen = {reason.name for reason in Reason} - reasons.keys()
    # Room is always there in a test run, and the limits are beyond reach.
    assert unseen == {"NO_HEADROOM", "ANSWER_LIMIT", "FLOODED"}


def test_a_backend_that_dies_loses_its_flows(pair: Pair) -> None:
    packet = next(p for p in PACKETS if p.counter == "INSERTED")
    names, flow = BALANCING.names, flow_in(packet.frame)
    pair.start(BALANCING.tables(("be2",)), {flow: (names.index("be2"), now_s())})
    pair.run(packet.frame)
    assert pair.counted() == {"REHASHED": 1}
    assert pair.datapath.flows()[flow] != names.index("be2")


def test_a_full_flow_table_forgets_and_forwards(pair: Pair) -> None:
    packet = next(p for p in PACKETS if p.counter == "INSERTED")
    pair.start(BALANCING.tables())
    created = pair.datapath.flows_created()
    frame = bytearray(packet.frame)
    for number in range(2 * LIMITS.flows):
        frame[28:30] = number.to_bytes(2, "big")  # the last half of the source
        got = test_run(pair.datapath.programs["vip"], bytes(frame))
        assert got.verdict == XDP_REDIRECT
    flows = pair.datapath.flow_count()
    assert 0 < flows <= LIMITS.flows
    assert pair.datapath.flows_created() - created == 2 * LIMITS.flows


def test_no_more_is_new_or_answered_in_a_second_than_allowed() -> None:
    limits = replace(LIMITS, new_flows_per_s=20, answers_per_s=10)
    names = ("INSERTED", "FLOODED", "PING", "ANSWER_LIMIT")
    with on_one_cpu(), open_pair(BALANCING, limits) as pair:

        def counts() -> list[int]:
            pair.start(BALANCING.tables())
            for number in range(50):
                run_from(pair, "IPv4 first ACK is remembered", number)
                run_from(pair, "IPv4 ping of the VIP", number)
            counted = pair.counted()
            return [counted.get(name, 0) for name in names]

        # Unless a second ends meanwhile; then there is more.
        until("all in one second", lambda: counts() == [20, 30, 10, 40])


def test_a_change_is_forgotten_when_nobody_needs_it(pair: Pair) -> None:
    pair.start(BALANCING.tables(("be2",), ()))
    changed = pair.tables
    pair.age_needed(0)
    assert pair.datapath.settled(changed) is changed
    pair.age_needed(LIMITS.idle_s + 1)
    settled = pair.datapath.settled(changed)
    assert settled.previous == (None, None)
    pair.datapath.write(settled)
    assert pair.datapath.changed_slots(0) == {}


def test_as_many_vips_as_there_may_be_change_their_addresses() -> None:
    options, pools = BALANCING.options, BALANCING.pools
    with open_datapath(build_tables(options, pools, vips_of("23.0"))) as datapath:
        datapath.write(build_tables(options, pools, vips_of("23.1")))


def vips_of(network: str) -> tuple[Vip, ...]:
    places = (f"{network}.{n >> 8}.{n & 255}" for n in range(MAX_VIPS))
    return tuple(
        Vip(place, IPv4Address(place), 80, Protocol.TCP, POOL) for place in places
    )


@contextmanager
def on_one_cpu() -> Iterator[None]:
    """Have test runs on one CPU: rates are of each."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def run_from(pair: Pair, name: str, number: int) -> None:
    """Run the packet of this name, from another source port or host."""
    packet = next(p for p in PACKETS if p.name == name)
    frame = bytearray(packet.frame)
    frame[28:30] = number.to_bytes(2, "big")  # the last half of the source
    test_run(pair.datapath.programs["vip"], bytes(frame))

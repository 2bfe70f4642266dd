"""The relay between two hosts: what it was told is what packets meet.

Bounds are generous and about medians, as a shared machine stalls now and then.
"""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from balancer.errors import FrontlabError
from experiments.bench.lab.stream import Arrivals, Stream, run_stream
from experiments.bench.lab.wire import A_PORT, B_PORT, BACKWARD, FORWARD, Wire, wire
from topo.links.backend import DirectionCounters
from topo.links.relay_client import relay_links
from topo.netlink import Netlink, delete
from topo.relay.syscalls import NS_PER_S
from topo.sandbox.syscalls import inside_netns
from topo.wait import until
from topo.world.records import Shape, WanLink

pytestmark = pytest.mark.live

UDP_SEGMENT = 103
WIRE_BITS = 8 * (1500 + 14 + 24)


def symmetric(shape: Shape) -> WanLink:
    return WanLink("a", "b", shape, shape)


def stream(joined: Wire, count: int, pps: float, size: int = 100) -> Arrivals:
    """Send from a to b on any core."""
    cores = frozenset(os.sched_getaffinity(0))
    wanted = Stream(count, pps, size)
    return run_stream(wanted, joined.a, joined.b, joined.address_b, cores)


def told_drops(counters: DirectionCounters) -> int:
    """Return all drops; neighbour discovery adds a packet or two of its own."""
    return counters.drops_queue + counters.drops_emulator


@pytest.mark.parametrize("delay_ms", [1.0, 40.0])
def test_delay(delay_ms: float) -> None:
    with wire(symmetric(Shape(delay_ms))) as joined:
        arrivals = stream(joined, 500, 1000)
        counters = joined.wan.counters()[FORWARD]
    assert len(arrivals.sequence) == 500
    assert abs(np.median(arrivals.errors_us(delay_ms))) < 300
    assert counters.lateness_p50_us is not None
    assert abs(counters.lateness_p50_us) < 300


def test_directions_are_told_apart() -> None:
    link = WanLink("a", "b", Shape(5.0), Shape(30.0))
    with wire(link) as joined:
        there = stream(joined, 100, 1000)
        cores = frozenset(os.sched_getaffinity(0))
        back = run_stream(
            Stream(100, 1000), joined.b, joined.a, joined.address_a, cores
        )
        counters = joined.wan.counters()
    assert abs(np.median(there.errors_us(5.0))) < 300
    assert abs(np.median(back.errors_us(30.0))) < 300
    assert counters[FORWARD].packets >= 100
    assert counters[BACKWARD].packets >= 100


def test_loss_is_binomial_and_counted() -> None:
    sent, share = 10_000, 0.05
    with wire(symmetric(Shape(2.0, loss=share))) as joined:
        # The first packets are those that resolve addresses, and may be lost too.
        arrivals = stream(joined, sent, 10_000)
        counters = joined.wan.counters()[FORWARD]
    lost = sent - len(arrivals.sequence)
    sigma = (sent * share * (1 - share)) ** 0.5
    assert abs(lost - sent * share) < 4 * sigma
    assert abs(counters.drops_loss - lost) <= 5
    assert counters.drops_emulator == 0


def test_rate_queue_and_order() -> None:
    rate_mbit, queue_ms = 50.0, 20.0
    with wire(symmetric(Shape(5.0, rate_mbit=rate_mbit, queue_ms=queue_ms))) as joined:
        # One and a half times what the link carries, for a second.
        count = int(1.5 * rate_mbit * 1e6 / WIRE_BITS)
        arrivals = stream(joined, count, count, 1472)
        counters = joined.wan.counters()[FORWARD]
    assert (np.diff(arrivals.sequence) > 0).all()
    steady = slice(len(arrivals.stamps_ns) // 4, None)
    stamps_ns = arrivals.stamps_ns[steady]
    seconds = (stamps_ns[-1] - stamps_ns[0]) / NS_PER_S
    measured_mbit = (len(stamps_ns) - 1) * WIRE_BITS / seconds / 1e6
    assert measured_mbit == pytest.approx(rate_mbit, rel=0.01)
    full_ms = 5.0 + queue_ms
    standing_ms = float(np.median(arrivals.delays_ns[steady])) / 1e6
    assert standing_ms == pytest.approx(full_ms, abs=1.0)
    lost = count - len(arrivals.sequence)
    assert counters.drops_queue > 0
    assert lost - 5 <= told_drops(counters) <= lost + 5


def test_jitter_stays_within_its_width_and_keeps_the_order() -> None:
    with wire(symmetric(Shape(10.0, jitter_ms=4.0))) as joined:
        arrivals = stream(joined, 500, 500)
    assert (np.diff(arrivals.sequence) > 0).all()
    errors_us = arrivals.errors_us(10.0)
    assert np.percentile(errors_us, 5) > -300
    assert 1000 < np.median(errors_us) < 4000


def test_a_change_acts_on_the_packets_to_come() -> None:
    link = symmetric(Shape(5.0))
    with wire(link) as joined:
        stream(joined, 50, 1000)
        slower = replace(link, forward=Shape(200.0))
        joined.wan.change(A_PORT, B_PORT, slower)
        late = stream(joined, 50, 1000)
        joined.wan.change(A_PORT, B_PORT, link)
        early = stream(joined, 50, 1000)
    assert abs(np.median(late.errors_us(200.0))) < 300
    assert abs(np.median(early.errors_us(5.0))) < 300


def test_a_slot_shortage_is_counted_not_hidden() -> None:
    with wire(symmetric(Shape(200.0, rate_mbit=10.0))) as joined:
        # 64-byte packets: twenty times as many as the slots were reckoned for.
        arrivals = stream(joined, 6000, 20_000, 18)
        counters = joined.wan.counters()[FORWARD]
    assert counters.drops_slots > 0
    lost = 6000 - len(arrivals.sequence)
    assert lost - 5 <= told_drops(counters) <= lost + 5


@contextmanager
def udp_pair(joined: Wire, version: int) -> Iterator[tuple[socket.socket, ...]]:
    """Yield a connected socket at a, and one that it sends to at b."""
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    address = joined.address_b if version == 4 else "fd09::2"
    with inside_netns(joined.b):
        there = socket.socket(family, socket.SOCK_DGRAM)
    with there, inside_netns(joined.a):
        here = socket.socket(family, socket.SOCK_DGRAM)
        there.bind((address, 7000))
        there.settimeout(20.0)
        here.connect((address, 7000))
        with here:
            yield here, there


@pytest.mark.parametrize("version", [4, 6])
def test_addresses_are_resolved_through_the_link(version: int) -> None:
    with wire(symmetric(Shape(10.0))) as joined, udp_pair(joined, version) as pair:
        here, there = pair
        here.send(b"hello")
        assert there.recv(100) == b"hello"


@pytest.mark.parametrize(
    "super_packets",
    [pytest.param(False, id="cut before"), pytest.param(True, id="as one packet")],
)
def test_segmentation_offload_passes(super_packets: bool) -> None:
    link = symmetric(Shape(5.0))
    with (
        wire(link, lambda: relay_links(super_packets)) as joined,
        udp_pair(joined, 4) as (here, there),
    ):
        here.setsockopt(socket.SOL_UDP, UDP_SEGMENT, 1000)
        here.send(b"x" * 20_000)
        assert [len(there.recv(2000)) for _ in range(20)] == [1000] * 20
        counters = joined.wan.counters()[FORWARD]
    assert counters.drops_oversize == 0
    assert (counters.bytes > 20_000) and (counters.packets < 10) is super_packets


def test_tcp_passes_with_its_offloads() -> None:
    with (
        wire(symmetric(Shape(2.0)), lambda: relay_links(True)) as joined,
        socket.socket() as here,
    ):
        with inside_netns(joined.b):
            listener = socket.create_server((joined.address_b, 8000))
        here.settimeout(20.0)
        here.connect((joined.address_b, 8000))
        with listener, listener.accept()[0] as there:
            there.settimeout(20.0)
            wanted, got = 2_000_000, 0
            here.setblocking(False)
            left = memoryview(bytes(wanted))
            while got < wanted:
                left = left[_send_some(here, left) :]
                got += len(there.recv(1 << 20))
    assert got == wanted


def _send_some(here: socket.socket, left: memoryview) -> int:
    try:
        return here.send(left[: 1 << 18]) if left else 0
    except BlockingIOError:
        return 0


def test_a_deleted_interface_ends_its_link_only() -> None:
    with wire(symmetric(Shape(1.0))) as joined:
        joined.wan.create("c-d", "d-c", symmetric(Shape(1.0)))
        with Netlink() as netlink:
            netlink.send([delete("c-d")])
        with pytest.raises(FrontlabError, match="no link between c-d and d-c"):
            until("the relay forgets the link", lambda: _try_change(joined))
        assert len(stream(joined, 50, 1000).sequence) == 50


def _try_change(joined: Wire) -> None:
    joined.wan.change("c-d", "d-c", symmetric(Shape(1.0)))


def test_a_removed_link_is_no_longer_counted() -> None:
    with wire(symmetric(Shape(1.0))) as joined:
        joined.wan.create("c-d", "d-c", symmetric(Shape(1.0)))
        assert "c-d>d-c" in joined.wan.counters()
        joined.wan.remove("c-d", "d-c")
        assert "c-d>d-c" not in joined.wan.counters()
        with pytest.raises(OSError):
            socket.if_nametoindex("c-d")


def test_the_relay_ends_with_its_owner_and_says_so_when_killed() -> None:
    with wire(symmetric(Shape(1.0))) as joined:
        os.kill(joined.relay, 9)
        with pytest.raises(FrontlabError, match="ended with status -9"):
            until("the relay is missed", joined.wan.counters)


def test_the_relay_ends_in_order_when_asked() -> None:
    with wire(symmetric(Shape(1.0))) as joined:
        os.kill(joined.relay, signal.SIGTERM)
        with pytest.raises(FrontlabError, match="ended with status 143"):
            until("the relay is missed", joined.wan.counters)

"""What netem does with rate, queue, jitter, loss and changes is what was asked for.

Streams go between two hosts on kernel bridges, which leave qdiscs alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from ipaddress import ip_interface

import numpy as np
import pytest

from experiments.bench.lab.stream import Arrivals, Stream, run_stream
from experiments.bench.lab.wire import new_netns
from topo.links import WanBackend, open_wan
from topo.netlink import End, Netlink, bridge, put_address, set_master, up, veth
from topo.relay.syscalls import NS_PER_S
from topo.sandbox.syscalls import inside_netns
from topo.world.records import Shape, WanLink

PORTS = ("a-b", "b-a")
FORWARD = "a-b>b-a"
ADDRESSES = ("10.9.0.1", "10.9.0.2")
WIRE_BITS = 8 * (1500 + 14 + 24)


@dataclass(frozen=True)
class Hosts:
    """Two namespaces, and the link between them."""

    wan: WanBackend
    a: int
    b: int

    def stream(self, count: int, pps: float, size: int = 100) -> Arrivals:
        wanted = Stream(count, pps, size)
        return run_stream(wanted, self.a, self.b, ADDRESSES[1], frozenset({0}))

    def change(self, shape: Shape) -> None:
        self.wan.change(*PORTS, WanLink("a", "b", shape, shape))


@contextmanager
def hosts(shape: Shape) -> Iterator[Hosts]:
    with new_netns() as a, new_netns() as b, new_netns(), open_wan("netem") as wan:
        wan.create(*PORTS, WanLink("a", "b", shape, shape))
        for port, host, address in zip(PORTS, (a, b), ADDRESSES, strict=True):
            attach(port, host, address)
        yield Hosts(wan, a, b)


def attach(port: str, host: int, address: str) -> None:
    """Put a host with this address and a port of the link on one bridge."""
    switch, end = f"sw-{port}", f"h-{port}"
    with Netlink() as netlink:
        netlink.send([bridge(switch), veth(End(end), End("eth0", host))])
        index = netlink.index(switch)
        netlink.send([set_master(end, index), set_master(port, index)])
        netlink.send([up(switch), up(end)])
    with inside_netns(host), Netlink() as netlink:
        netlink.send([up("eth0")])
        interface = ip_interface(f"{address}/24")
        netlink.send([put_address(netlink.index("eth0"), interface)])


def test_rate_queue_and_order():
    rate_mbit, queue_ms = 10.0, 30.0
    count = int(1.5 * rate_mbit * 1e6 / WIRE_BITS)
    with hosts(Shape(5.0, rate_mbit=rate_mbit, queue_ms=queue_ms)) as joined:
        arrivals = joined.stream(count, count, 1472)
        counters = joined.wan.counters()[FORWARD]
    assert (np.diff(arrivals.sequence) > 0).all()
    steady = slice(len(arrivals.stamps_ns) // 4, None)
    stamps_ns = arrivals.stamps_ns[steady]
    seconds = (stamps_ns[-1] - stamps_ns[0]) / NS_PER_S
    measured_mbit = (len(stamps_ns) - 1) * WIRE_BITS / seconds / 1e6
    # Never faster; slower by what the host's scheduling takes from this kernel.
    assert 0.8 * rate_mbit < measured_mbit < 1.02 * rate_mbit
    standing_ms = float(np.median(arrivals.delays_ns[steady])) / 1e6
    assert 5.0 + queue_ms - 3.0 < standing_ms < (5.0 + queue_ms) / 0.8
    assert counters.drops_queue == pytest.approx(count - len(arrivals.sequence), abs=5)


def test_jitter_is_added_and_keeps_the_order():
    with hosts(Shape(10.0, jitter_ms=8.0)) as joined:
        arrivals = joined.stream(300, 300)
    assert (np.diff(arrivals.sequence) > 0).all()
    errors_us = arrivals.errors_us(10.0)
    assert np.percentile(errors_us, 2) > -200
    assert np.min(errors_us) < 2000 < np.median(errors_us)


def test_loss_is_binomial_and_counted():
    sent, share = 3000, 0.05
    with hosts(Shape(1.0, loss=share)) as joined:
        arrivals = joined.stream(sent, 3000)
        counters = joined.wan.counters()[FORWARD]
    lost = sent - len(arrivals.sequence)
    assert abs(lost - sent * share) < 4 * (sent * share * (1 - share)) ** 0.5
    assert counters.drops_loss == pytest.approx(lost, abs=5)


def test_a_change_acts_on_the_packets_to_come():
    shape = Shape(5.0)
    with hosts(shape) as joined:
        before = joined.stream(50, 500)
        joined.change(replace(shape, delay_ms=60.0))
        after = joined.stream(50, 500)
    for arrivals, delay_ms in ((before, 5.0), (after, 60.0)):
        # The shortest, because the host's scheduling makes the others longer.
        assert -300 < np.min(arrivals.errors_us(delay_ms)) < 5000

"""DelayLink between plain Mininet hosts, as who knows only Mininet would use it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from mininet.node import Host

from experiments.bench.lab.wire import new_netns
from topo.links.mininet_link import DelayLink
from topo.links.relay_client import RelayBackend, relay_links

pytestmark = pytest.mark.live

ADDRESSES = {"left": "10.9.0.1", "right": "10.9.0.2"}


@contextmanager
def two_hosts(**parameters: object) -> Iterator[tuple[Host, DelayLink, RelayBackend]]:
    """Two hosts on a DelayLink with these parameters; the left one is yielded."""
    with new_netns(), relay_links(super_packets=True) as relay:
        hosts = [Host(name) for name in ADDRESSES]
        link = DelayLink(*hosts, relay=relay, **parameters)
        for host in hosts:
            host.setIP(ADDRESSES[host.name], 24)
        try:
            yield hosts[0], link, relay
        finally:
            for host in hosts:
                host.terminate()


def shortest_rtt_ms(left: Host) -> float:
    report = left.cmd("ping -q -c 50 -i 0.02", ADDRESSES["right"])
    found = re.search(r"= ([0-9.]+)/", report)
    assert found, report
    return float(found[1])


def test_delay_of_both_directions() -> None:
    with two_hosts(delay="25ms", bw=100) as (left, _, _):
        assert 49.5 < shortest_rtt_ms(left) < 52


def test_directions_can_differ() -> None:
    sides = {"params1": {"delay": "5ms"}, "params2": {"delay": "15ms"}}
    with two_hosts(**sides) as (left, _, _):
        assert 19.5 < shortest_rtt_ms(left) < 22


def test_mac_addresses_are_those_asked_for() -> None:
    with two_hosts(delay="1ms", addr1="02:00:00:00:00:aa") as (left, _, _):
        assert "02:00:00:00:00:aa" in left.cmd("ip link show left-eth0")
        assert shortest_rtt_ms(left) > 1.5


def test_a_stopped_link_is_forgotten() -> None:
    with two_hosts(delay="1ms") as (left, link, relay):
        assert len(relay.counters()) == 2
        link.stop()
        assert relay.counters() == {}
        assert "left-eth0" not in left.cmd("ip link")

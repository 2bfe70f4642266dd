"""Links by netem, between switches of the kernel's own datapath, keep their word."""

import re
from collections.abc import Iterator

import pytest

from topo.features import datapath_kind, wan_kind
from topo.links import open_wan
from topo.net.switch import leave_qdisc, vsctl
from topo.run import run
from topo.world.records import Shape, WanLink

SWITCH_SCRIPT = "/usr/share/openvswitch/scripts/ovs-ctl"
HOSTS = {"fra": "11.1.0.10", "iad": "11.1.0.11"}
PORTS = (("fra", "fra-iad"), ("iad", "iad-fra"))


@pytest.fixture(scope="module")
def switches(settled_kernel) -> Iterator[None]:
    """A host on a switch at each of two sites."""
    run([SWITCH_SCRIPT, "start", "--system-id=random"])
    for site, address in HOSTS.items():
        run(["ovs-vsctl", "add-br", f"sw-{site}"])
        run(["ip", "netns", "add", site])
        peer = ["type", "veth", "peer", "name", "eth0", "netns", site]
        run(["ip", "link", "add", f"{site}-h", *peer])
        run(["ip", "link", "set", f"{site}-h", "up"])
        run(["ip", "-n", site, "addr", "add", f"{address}/24", "dev", "eth0"])
        run(["ip", "-n", site, "link", "set", "eth0", "up"])
        run(["ovs-vsctl", "add-port", f"sw-{site}", f"{site}-h"])
    yield
    run([SWITCH_SCRIPT, "stop"])


@pytest.fixture
def wan(switches):
    with open_wan("auto") as backend:
        yield backend
        for site, port in PORTS:
            run(["ovs-vsctl", "--if-exists", "del-port", f"sw-{site}", port])
        backend.remove("fra-iad", "iad-fra")


def _join(wan, forward: Shape, backward: Shape) -> None:
    wan.create("fra-iad", "iad-fra", WanLink("fra", "iad", forward, backward))
    for site, port in PORTS:
        vsctl(["--", "add-port", f"sw-{site}", port, *leave_qdisc(port)])


def _ping(count: int) -> str:
    """Return what ping says of `count` requests from fra to iad."""
    ping = ["ping", "-q", "-c", str(count), "-i", "0.01", "-W", "1", HOSTS["iad"]]
    return run(["ip", "netns", "exec", "fra", "sh", "-c", " ".join(ping) + " || true"])


def _shortest_rtt_ms(report: str) -> float:
    found = re.search(r"= ([0-9.]+)/", report)
    assert found, report
    return float(found[1])


def test_the_native_way_is_chosen():
    assert wan_kind() == "netem"
    assert datapath_kind() == "system"


@pytest.mark.parametrize("one_way_ms", [0.0, 5.0, 40.0])
def test_delays(wan, one_way_ms):
    _join(wan, Shape(one_way_ms), Shape(one_way_ms))
    # The shortest, because the host's scheduling makes the others longer.
    shortest_ms = _shortest_rtt_ms(_ping(20))
    assert 2 * one_way_ms <= shortest_ms < 2 * one_way_ms + 1.5


def test_each_direction_has_its_own_shape(wan):
    _join(wan, Shape(delay_ms=10, loss=0.2), Shape(delay_ms=30))
    report = _ping(300)
    received = int(re.search(r"(\d+) received", report)[1])
    assert 200 < received < 270
    assert 40 <= _shortest_rtt_ms(report) < 41.5
    counters = wan.counters()
    assert counters["fra-iad>iad-fra"].drops_loss >= 300 - received
    assert counters["iad-fra>fra-iad"].drops_loss == 0


def test_frames_go_through_the_kernels_switch(wan):
    _join(wan, Shape(1), Shape(1))
    _ping(5)
    flows = run(["ovs-dpctl", "dump-flows"])
    assert re.search(r"eth_type\(0x0800\).* packets:[1-9]", flows), flows

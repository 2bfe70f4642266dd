"""Networks of our Mininet classes, with real packets, inside a sandbox each."""

import socket
from functools import partial
from threading import Thread

import pytest
from mininet.link import Link
from mininet.node import Host
from mininet.topo import LinearTopo, SingleSwitchTopo

from topo.net import LabBridge, LabHost, LabLink, LabNet, LabSwitch
from topo.netlink import NetlinkError
from topo.run import run
from topo.sandbox import run_sandboxed
from topo.wait import until

pytestmark = pytest.mark.live

SIZE = 2_000_000
SWITCH = partial(LabSwitch, failMode="standalone")


@pytest.fixture
def in_sandbox(request):
    """Run a body inside a sandbox; what it raises fails the test."""

    def run_body(body):
        def main():
            body()
            return 0

        assert run_sandboxed(main, "trial") == 0

    return run_body


def started(topo, **params):
    net = LabNet(topo, **params)
    net.start()
    return net


def reaches(host, address):
    ping = ["ping", "-c1", "-W5", str(address)]
    until(f"{host} reaches {address}", lambda: host.popen(ping).wait() == 0, 30)
    return True


def out(host, *argv):
    return host.pexec(*argv)[0]


@pytest.mark.parametrize(
    ("topo", "params"),
    [
        pytest.param(SingleSwitchTopo(3), {"switch": LabBridge}, id="bridge"),
        pytest.param(SingleSwitchTopo(3), {"switch": SWITCH}, id="Open vSwitch"),
        pytest.param(LinearTopo(3), {"switch": SWITCH}, id="three switches"),
        pytest.param(
            SingleSwitchTopo(3), {"switch": SWITCH, "host": Host}, id="stock hosts"
        ),
        pytest.param(
            SingleSwitchTopo(3), {"switch": LabBridge, "link": Link}, id="stock links"
        ),
    ],
)
def test_every_host_reaches_every_other(in_sandbox, topo, params):
    def body():
        net = started(topo, **params)
        for host in net.hosts:
            assert all(reaches(host, other.IP()) for other in net.hosts)
        net.stop()

    in_sandbox(body)


def test_a_host_has_no_process_until_one_is_asked_for(in_sandbox):
    def body():
        net = started(SingleSwitchTopo(2), switch=LabBridge)
        assert not run(["ip", "netns", "pids", "h1"])
        assert "h1-eth0" in net.get("h1").cmd("ip -br link")
        assert run(["ip", "netns", "pids", "h1"]).split() == [str(net.get("h1").pid)]
        assert net.get("h1").cmd("echo $$").strip() == str(net.get("h1").pid)

    in_sandbox(body)


def test_hosts_are_quiet_and_checksums_complete(in_sandbox):
    def body():
        net = started(SingleSwitchTopo(2), switch=SWITCH)
        host = net.get("h1")
        assert "fe80" not in out(host, "ip", "-6", "addr")
        assert out(host, "ip", "-6", "route").strip() == ""
        assert "tx-checksumming: off" in out(host, "ethtool", "-k", "h1-eth0")
        assert "generic-receive-offload: off" in run(["ethtool", "-k", "s1-eth1"])
        assert "inet6" not in run(["ip", "-6", "addr", "show", "s1-eth1"])

    in_sandbox(body)


def test_tcp_crosses_the_userspace_switch(in_sandbox):
    def body():
        net = started(SingleSwitchTopo(2), switch=SWITCH)
        server, client = net.hosts
        assert reaches(client, server.IP())
        with server.namespace.inside():
            listener = socket.create_server((server.IP(), 80))
        with client.namespace.inside():
            here = socket.create_connection((server.IP(), 80), timeout=20)
        there, _ = listener.accept()
        Thread(target=lambda: (there.sendall(bytes(SIZE)), there.close())).start()
        assert sum(map(len, iter(lambda: here.recv(65536), b""))) == SIZE

    in_sandbox(body)


def test_a_link_goes_down_and_comes_back_as_it_was(in_sandbox):
    def body():
        net = started(SingleSwitchTopo(2), switch=LabBridge)
        h1, h2 = net.hosts
        h1.params["defaultRoute"] = f"via {h2.IP()}"
        h1.configDefault()
        routes = out(h1, "ip", "route")
        net.configLinkStatus("h1", "s1", "down")
        assert h1.popen(["ping", "-c1", "-W1", h2.IP()]).wait() != 0
        net.configLinkStatus("h1", "s1", "up")
        assert reaches(h1, h2.IP())
        assert out(h1, "ip", "route") == routes
        assert "default via 10.0.0.2" in routes

    in_sandbox(body)


def test_hosts_and_links_come_and_go(in_sandbox):
    def body():
        net = started(SingleSwitchTopo(2), switch=LabBridge)
        late = net.addHost("late", ip="10.0.0.99/8", mac="02:00:00:00:00:99")
        link = net.addLink(late, net.get("s1"), cls=LabLink)
        late.configDefault()
        net.get("s1").attach(link.intf2)
        assert reaches(late, net.get("h1").IP())
        assert "02:00:00:00:00:99" in out(late, "ip", "link")
        net.delLink(link)
        assert "s1-eth3" not in run(["ip", "link"])
        net.delHost(late)
        assert "late" not in run(["ip", "netns"])

    in_sandbox(body)


def test_stop_leaves_nothing(in_sandbox):
    def body():
        before = run(["ip", "-br", "link"])
        net = started(SingleSwitchTopo(3), switch=LabBridge)
        net.get("h1").cmd("true")
        net.stop()
        until("no links", lambda: run(["ip", "-br", "link"]) == before)
        assert run(["ip", "netns"]) == ""

    in_sandbox(body)


def test_an_error_names_the_link(in_sandbox):
    def body():
        net = started(SingleSwitchTopo(2), switch=LabBridge)
        names = {"intfName1": "new", "intfName2": "s1-eth1"}
        with pytest.raises(NetlinkError, match="veth new-s1-eth1: File exists"):
            net.addLink(net.get("h1"), net.get("s1"), cls=LabLink, **names)

    in_sandbox(body)


def test_four_hundred_open_files_are_no_limit(in_sandbox):
    def body():
        net = started(SingleSwitchTopo(400), switch=LabBridge)
        assert all(isinstance(host, LabHost) for host in net.hosts)
        assert reaches(net.hosts[0], net.hosts[-1].IP())

    in_sandbox(body)

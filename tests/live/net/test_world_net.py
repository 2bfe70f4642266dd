"""A world's network, without its programs: who is where, and who sees it how."""

import subprocess
import sys
from pathlib import Path

import pytest

from topo.links import open_wan
from topo.net import adopt_net, build_net, spawn_in
from topo.run import run
from topo.sandbox import run_sandboxed
from topo.world.plan import Attachment, make_plan
from topo.world_file import load_world

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[3]
NOBODY = ("127.0.0.1", 6653)


def said(host, *argv):
    process = spawn_in(host, argv, stdout=subprocess.PIPE, text=True)
    return process.communicate(timeout=60)[0]


def on_duo(body):
    """Run `body(plan, net)` inside a sandbox with the world duo's network."""

    def main():
        plan = make_plan(load_world("duo"))
        with open_wan() as wan:
            body(plan, build_net(plan, wan, "netdev", NOBODY))
        return 0

    assert run_sandboxed(main, "trial") == 0


def test_hosts_have_what_the_plan_says():
    def body(plan, net):
        for host in plan.hosts:
            addresses = said(host.name, "ip", "-br", "addr", "show", "eth0")
            assert f" {host.address4}/" in addresses
            assert f" {host.address6}/" in addresses
            assert host.mac in said(host.name, "ip", "link", "show", "eth0")
            for option, gateway in (
                ("-4", host.subnet.gateway4),
                ("-6", host.subnet.gateway6),
            ):
                route = said(host.name, "ip", option, "route", "show", "default")
                assert f"default via {gateway} " in route
                neighbours = said(host.name, "ip", option, "neigh")
                mac = plan.router(host.site).mac
                assert f"{gateway} dev eth0 lladdr {mac} PERMANENT" in neighbours

    on_duo(body)


def test_ports_are_where_the_plan_says():
    def body(plan, net):
        for router in plan.routers:
            ports = set(run(["ovs-vsctl", "list-ports", router.switch]).split())
            alone = {
                host.port
                for host in plan.hosts_at(router.site)
                if host.attachment is Attachment.PORT
            }
            wires = {"fra": "fra-iad", "iad": "iad-fra"}
            assert ports == {router.lan_port, wires[router.site], *alone}
            bridged = run(["ip", "-br", "link", "show", "master", router.bridge])
            lan = {
                host.port
                for host in plan.hosts_at(router.site)
                if host.attachment is Attachment.LAN
            }
            names = {line.split()[0].split("@")[0] for line in bridged.splitlines()}
            assert names == {router.lan_peer, *lan}

    on_duo(body)


def test_clients_ask_their_resolver():
    def body(plan, net):
        assert said("fra-home-1", "cat", "/etc/resolv.conf") == "nameserver 11.1.3.10\n"
        assert net.get("iad-home-1").cmd("cat /etc/resolv.conf").split() == [
            "nameserver",
            "11.1.3.10",
        ]
        assert said("fra-be1", "cat", "/etc/resolv.conf") == said_here()

    def said_here():
        return run(["cat", "/etc/resolv.conf"])

    on_duo(body)


def test_hosts_of_a_subnet_reach_each_other_and_a_second_view_joins():
    def body(plan, net):
        be1, be2 = net.get("fra-be1"), plan.host("fra-be2")
        for address in (be2.address4, be2.address6):
            run(["ip", "netns", "exec", be1.name, "ping", "-c1", "-W10", str(address)])
        view = adopt_net(plan)
        assert view.ping([view.get("fra-be1"), view.get("fra-be2")]) == 0
        assert repr(view.get("fra-lb1")) == repr(net.get("fra-lb1"))
        view.stop()
        assert "fra-be1" in run(["ip", "netns"])
        assert run(["ovs-vsctl", "list-br"]).split() == ["sw-fra", "sw-iad"]

    on_duo(body)


@pytest.mark.parametrize(
    ("mn", "test", "pings"),
    [
        pytest.param("/usr/bin/mn", "pingall", 17 * 16, id="Debian's"),
        pytest.param(
            str(Path(sys.executable).with_name("mn")), "pingpair", 2, id="ours"
        ),
    ],
)
def test_mininets_own_command(mn, test, pings):
    words = ["--custom", "topo/mn.py", "--topo", "duo", "--test", test]
    done = subprocess.run(
        [mn, *words], capture_output=True, text=True, cwd=ROOT, timeout=300
    )
    result = f"*** Results: 0% dropped ({pings}/{pings} received)"
    assert result in done.stdout + done.stderr
    assert done.returncode == 0

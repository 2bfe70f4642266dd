"""The server with XDP in front of it, on a veth: who answers, and what is counted."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import dns.edns
import dns.flags
import dns.message
import dns.query
import pytest
from live.nameserver.program import PATIENCE_S, Program, running_program

from balancer.kernel.xdp import attach_pass
from topo.run import run
from topo.sandbox.syscalls import inside_netns
from topo.wait import until

pytestmark = pytest.mark.live

CLIENT, SERVER = f"dns{os.getpid()}-cl", f"dns{os.getpid()}-ns"
ADDRESSES = ("23.53.0.53", "2a23:53::53")
NODAD = ("nodad",)
VIA6 = ("via", "2a11:0:1:300::53")
STEERING = """
version = {version}
sites.fra = {{ healthy = {fra} }}
sites.iad = {{}}
"""
CONFIG = """
[server]
site = "fra"
listen = ["23.53.0.53", "2a23:53::53"]
processes = 2
xdp = "MODE"
interface = "eth0"
steering = "steering.toml"
[[zone]]
name = "gslb.net"
primary = "ns.gslb.net"
contact = "hostmaster.gslb.net"
serial = 1
ttl = "1 h"
negative_ttl = "5 s"
record = [
  { name = "gslb.net", type = "NS", value = "ns.gslb.net" },
  { name = "text.gslb.net", type = "TXT", value = "no address" },
]
[[zone.service]]
name = "www.gslb.net"
ttl = "20 s"
policy = "nearest"
site = [
  { name = "fra", addresses = ["23.0.1.80"] },
  { name = "iad", addresses = ["23.0.2.80"] },
]
[map]
network = [{ prefix = "11.2.0.0/16", location = "iad" }]
rtt_ms.fra = { fra = 0.5, iad = 88.0 }
rtt_ms.iad = { fra = 88.0, iad = 0.5 }
"""


@contextmanager
def cable() -> Iterator[None]:
    """Have a client and a server in namespaces of their own, joined by a veth pair."""
    with ExitStack() as made:
        for name in (CLIENT, SERVER):
            run(["ip", "netns", "add", name])
            made.callback(run, ["ip", "netns", "del", name])
        far = ["peer", "name", "eth0", "netns", SERVER]
        run(["ip", "-n", CLIENT, "link", "add", "eth0", "type", "veth", *far])
        addresses = {
            CLIENT: ["11.1.3.10/24", "2a11:0:1:300::10/64"],
            SERVER: ["11.1.3.53/24", "2a11:0:1:300::53/64"],
        }
        for name, own in addresses.items():
            exec_in(name, "ethtool", "-K", "eth0", "tx", "off", "gro", "off")
            for device in ("lo", "eth0"):
                run(["ip", "-n", name, "link", "set", device, "up"])
            for address in own:
                run(["ip", "-n", name, "addr", "add", address, "dev", "eth0", *NODAD])
        for server in ADDRESSES:
            run(["ip", "-n", SERVER, "addr", "add", server, "dev", "lo", *NODAD])
        run(["ip", "-n", CLIENT, "route", "add", ADDRESSES[0], "via", "11.1.3.53"])
        run(["ip", "-n", CLIENT, "route", "add", ADDRESSES[1], "dev", "eth0", *VIA6])
        yield


def exec_in(name, *command):
    return run(["ip", "netns", "exec", name, *command])


@contextmanager
def client() -> Iterator[None]:
    with Path(f"/run/netns/{CLIENT}").open("rb") as netns, inside_netns(netns.fileno()):
        yield


@pytest.fixture(params=["native", "generic", "auto"])
def server(request, tmp_path) -> Iterator[Program]:
    config = CONFIG.replace("MODE", request.param)
    with cable():
        with client():  # its end must take frames that are redirected to it
            attach_pass("eth0")
        with running_program(tmp_path, ADDRESSES[0], config, netns=SERVER) as program:
            yield program
        assert "xdp" not in exec_in(SERVER, "ip", "link", "show", "dev", "eth0")


def query(name="www.gslb.net", type_="A", subnet=None, **more):
    options = [] if subnet is None else [dns.edns.ECSOption(*subnet)]
    return dns.message.make_query(name, type_, use_edns=0, options=options, **more)


def ask(message, address=ADDRESSES[0]):
    with client():
        return dns.query.udp(message, address, timeout=PATIENCE_S)


def answers(response):
    return [rdata.to_text() for rrset in response.answer for rdata in rrset]


def until_answered(wanted):
    until("the answer changes", lambda: answers(ask(query())) == [wanted], 30)


def test_what_is_hot_is_answered_in_the_kernel(server, request):
    for address in ADDRESSES:
        assert answers(ask(query(), address)) == ["23.0.1.80"]
        steered = ask(query(subnet=("11.2.3.0", 24), want_dnssec=True), address)
        assert answers(steered) == ["23.0.2.80"]
        assert steered.flags & dns.flags.AA
        assert steered.ednsflags & dns.flags.DO
        [subnet] = steered.options
        assert subnet.scopelen == 16
        assert answers(ask(query("text.gslb.net", "TXT"), address)) == ['"no address"']
    sources = {"11.1.3.10": 3, "2a11:0:1:300::10": 3}
    until("all are counted", lambda: server.status()["queries_by_source"] == sources)
    status = server.status()
    wanted = request.node.callspec.params["server"]
    assert status["xdp"]["mode"] == ("native" if wanted == "auto" else wanted)
    in_kernel = {"ANSWERED": 2, "ANSWERED_SUBNET": 2, "NOT_HOT": 2}
    counted = status["xdp"]["counters"]
    assert {name: counted[name] for name in in_kernel} == in_kernel, str(counted)
    assert counted["NO_ROOM"] == 0
    counters = {"queries": 6, "udp": 6, "answers": 6, "ecs": 2, "other_sources": 0}
    assert {name: status["counters"][name] for name in counters} == counters
    assert status["answered"] == {
        "types": {"A": 4, "TXT": 2},
        "steered": {"nearest": {"fra": 2, "iad": 2}},
        "scopes": {"IPv4/16": 2},
    }


def test_it_follows_the_steering_map(server):
    for version, fra, wanted in ((1, "false", "23.0.2.80"), (2, "true", "23.0.1.80")):
        (server.folder / "new").write_text(STEERING.format(version=version, fra=fra))
        (server.folder / "new").rename(server.folder / "steering.toml")
        until_answered(wanted)
    counters = server.status()["xdp"]["counters"]
    assert counters["NOT_HOT"] == 0


def test_it_follows_the_configuration(server):
    config = server.folder / "dns.toml"
    config.write_text(config.read_text().replace("23.0.1.80", "23.0.9.80"))
    server.process.send_signal(signal.SIGHUP)
    until_answered("23.0.9.80")


def test_streams_pass(server):
    with (
        client(),
        socket.create_connection((ADDRESSES[0], 53), timeout=PATIENCE_S) as stream,
    ):
        dns.query.send_tcp(stream, query())
        response, _ = dns.query.receive_tcp(stream)
    assert answers(response) == ["23.0.1.80"]
    assert server.status()["counters"]["tcp"] == 1

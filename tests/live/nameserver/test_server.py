"""The nameserver as a program, on loopback addresses, asked by dnspython."""

import socket
import subprocess
import sys

import dns.edns
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest
from live.nameserver.program import PATIENCE_S, running_program

pytestmark = pytest.mark.live

ADDRESSES = ["127.0.53.1", "127.0.53.2", "::1"]
CONFIG = """
[server]
site = "fra"
listen = ["127.0.53.1", "127.0.53.2", "::1"]
port = {port}
[[zone]]
name = "gslb.net"
primary = "ns.gslb.net"
contact = "hostmaster.gslb.net"
serial = 1
ttl = "1 h"
negative_ttl = "5 s"
record = [
  { name = "gslb.net", type = "NS", value = "ns.gslb.net" },
  { name = "long.gslb.net", type = "TXT", value = "LONG" },
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
network = [
  { prefix = "127.0.0.0/8", location = "iad" },
  { prefix = "11.1.0.0/16", location = "fra" },
]
rtt_ms.fra = { fra = 0.5, iad = 88.0 }
rtt_ms.iad = { fra = 88.0, iad = 0.5 }
""".replace("LONG", "x" * 1000)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nameserver")
    with running_program(folder, ADDRESSES[0], CONFIG) as program:
        yield program
    assert not (folder / "status").exists()


@pytest.mark.parametrize("address", ADDRESSES)
def test_replies_leave_from_the_address_that_was_asked(server, address):
    query = dns.message.make_query("www.gslb.net", "A")
    # dns.query checks that the reply came from where the query went.
    for ask in (dns.query.udp, dns.query.tcp):
        response = ask(query, address, port=server.port, timeout=PATIENCE_S)
        assert len(response.answer) == 1


def test_nearest_to_the_client_else_to_its_resolver(server):
    found = []
    for options in ([], [dns.edns.ECSOption("11.1.3.0", 24)]):
        query = dns.message.make_query("www.gslb.net", "A", options=options)
        response = dns.query.udp(
            query, ADDRESSES[0], port=server.port, timeout=PATIENCE_S
        )
        found.append(response.answer[0][0].address)
    assert found == ["23.0.2.80", "23.0.1.80"]


def test_truncated_by_udp_and_whole_by_tcp(server):
    query = dns.message.make_query("long.gslb.net", "TXT", use_edns=False)
    response, by_tcp = dns.query.udp_with_fallback(
        query, ADDRESSES[0], port=server.port, timeout=PATIENCE_S
    )
    assert by_tcp
    assert len(response.answer[0][0].strings) == 4


def test_malformed_gets_formerr_and_a_response_gets_silence(server):
    query = dns.message.make_query("www.gslb.net", "A")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(2)
        client.connect((ADDRESSES[0], server.port))
        client.send(dns.message.make_response(query).to_wire())
        client.send(query.to_wire()[:-1])
        answer = client.recv(512)
    assert answer[:2] == query.to_wire()[:2]
    assert answer[3] & 0xF == dns.rcode.FORMERR


def test_status_counts(server):
    before = server.status()["counters"]
    query = dns.message.make_query("nowhere.gslb.net", "A")
    for ask in (dns.query.udp, dns.query.tcp):
        ask(query, ADDRESSES[0], port=server.port, timeout=PATIENCE_S)
    after = server.status()
    gained = {name: after["counters"][name] - before[name] for name in before}
    assert {name: n for name, n in gained.items() if n} == {
        "queries": 2,
        "udp": 1,
        "tcp": 1,
        "nxdomain": 2,
    }
    assert after["site"] == "fra"
    assert after["queries_by_source"]["127.0.0.1"] >= 2


def test_a_port_that_is_taken_is_one_line(server, tmp_path):
    config = tmp_path / "dns.toml"
    config.write_text(CONFIG.replace("{port}", str(server.port)))
    command = [sys.executable, "-m", "balancer", "dns", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    assert done.returncode == 1
    assert done.stderr == (
        f"frontlab-dns: cannot listen on {ADDRESSES[0]} port {server.port}:"
        " Address already in use\n"
    )

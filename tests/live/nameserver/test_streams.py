"""Two thousand clients that say nothing keep nobody else waiting."""

import resource
import socket
from contextlib import ExitStack
from pathlib import Path

import dns.message
import dns.query
import pytest
from live.nameserver.program import PATIENCE_S, running_program

pytestmark = pytest.mark.live

ADDRESS = "127.0.53.25"
IDLE = 2000
CONFIG = """
[server]
site = "fra"
listen = ["127.0.53.25"]
port = {port}
tcp = { connections = 2100, idle = "60 s" }
[[zone]]
name = "gslb.net"
primary = "ns.gslb.net"
contact = "hostmaster.gslb.net"
serial = 1
ttl = "1 h"
negative_ttl = "5 s"
record = [
  { name = "gslb.net", type = "NS", value = "ns.gslb.net" },
  { name = "ns.gslb.net", type = "A", value = "127.0.53.25" },
]
"""


@pytest.fixture
def program(tmp_path):
    with running_program(tmp_path, ADDRESS, CONFIG) as running:
        yield running


@pytest.fixture
def many_descriptors():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], IDLE + 500), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_idle_connections_are_kept_and_new_ones_served(program, many_descriptors):
    query = dns.message.make_query("ns.gslb.net", "A")
    framed = len(query.to_wire()).to_bytes(2, "big") + query.to_wire()
    with ExitStack() as opened:
        idle = [
            opened.enter_context(socket.create_connection((ADDRESS, program.port), 5))
            for _ in range(IDLE)
        ]
        begun_s = worked_s(program)
        for _ in range(100):
            response = dns.query.tcp(
                query, ADDRESS, port=program.port, timeout=PATIENCE_S
            )
            assert response.answer
        # 20 ms without the others.
        assert worked_s(program) - begun_s < 1
        for connection in idle[::100]:
            connection.sendall(framed)
            assert len(connection.recv(512)) > 2
    assert program.status()["counters"]["lost_connections"] == 0


def worked_s(program):
    """Return the CPU time that the server has had."""
    told = Path(f"/proc/{program.process.pid}/schedstat").read_text()
    return int(told.split()[0]) / 1e9

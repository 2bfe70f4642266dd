"""Secondaries: told of changes, and given zones; dig and a socket play them."""

import socket
import subprocess

import dns.flags
import dns.message
import dns.opcode
import pytest
from live.nameserver.program import running_program

from topo.wait import until

pytestmark = pytest.mark.live

ADDRESS, SECONDARY = "127.0.53.22", "127.0.53.23"
CONFIG = """
[server]
site = "fra"
listen = ["127.0.53.22"]
port = {port}
[[zone]]
name = "gslb.net"
file = "gslb.zone"
transfer = { to = ["127.0.53.23"], port = SECONDARY_PORT }
"""
ZONE = """\
$TTL 60
@ SOA ns hostmaster {serial} 3600 600 1209600 5
@ NS ns
ns A 127.0.53.22
"""
HOSTS = 1000


@pytest.fixture
def secondary():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind((SECONDARY, 0))
        opened.settimeout(20)
        yield opened


def write_zone(folder, serial):
    hosts = "".join(f"host{i} TXT {i} {'x' * 200}\n" for i in range(HOSTS))
    (folder / "gslb.zone").write_text(ZONE.format(serial=serial) + hosts)


@pytest.fixture
def program(tmp_path, secondary):
    write_zone(tmp_path, 1)
    text = CONFIG.replace("SECONDARY_PORT", str(secondary.getsockname()[1]))
    with running_program(tmp_path, ADDRESS, text) as running:
        yield running


def heard(secondary):
    """Hear a notice, acknowledge it and return its serial."""
    data, sender = secondary.recvfrom(512)
    message = dns.message.from_wire(data)
    assert message.opcode() == dns.opcode.NOTIFY
    secondary.sendto(dns.message.make_response(message).to_wire(), sender)
    return message.answer[0][0].serial


def test_notice_of_each_version_is_given_until_it_is_heard(program, secondary):
    secondary.recvfrom(512)  # the first is lost, and comes again
    assert heard(secondary) == 1
    write_zone(program.folder, 2)
    program.reload()
    # Before that, the first one may have come again to a slow secondary.
    until("the second is told", lambda: heard(secondary) == 2)
    write_zone(program.folder, 1)
    program.reload()
    assert "gslb.net: serial 1 is not newer than 2" in program.log()


def dig(program, source, *words):
    command = ["dig", f"@{ADDRESS}", "-p", str(program.port), "-b", source, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.stdout


def test_dig_gets_the_zone_as_a_secondary_only(program):
    lines = dig(program, SECONDARY, "gslb.net", "AXFR", "+onesoa").splitlines()
    records = [line.split() for line in lines if line and not line.startswith(";")]
    assert len(records) == HOSTS + 3
    assert records[0][3] == "SOA"
    assert "Transfer failed" in dig(program, "127.0.53.24", "gslb.net", "AXFR")
    assert program.status()["counters"]["transfers"] == 1


def test_dig_gets_nothing_new(program):
    newest = dig(program, SECONDARY, "gslb.net", "IXFR=1", "+noall", "+answer")
    assert [line.split()[3] for line in newest.splitlines()] == ["SOA"]

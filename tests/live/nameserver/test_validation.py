"""unbound, with the zone's own key as its trust anchor, believes signed answers."""

import os
import shutil
import subprocess
import sys

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest
from live.nameserver.program import free_port, running_program

from topo.wait import until

pytestmark = pytest.mark.live

ADDRESS, RESOLVER = "127.0.53.26", "127.0.53.27"
ZONE = """
[[zone]]
name = "{name}"
primary = "ns.gslb.net"
contact = "hostmaster.gslb.net"
serial = 1
ttl = "1 h"
negative_ttl = "5 s"
{more}
"""
RECORDS = """
dnssec = { key = "gslb.pem" }
record = [
  { name = "gslb.net", type = "NS", value = "ns.gslb.net" },
  { name = "ns.gslb.net", type = "A", value = "127.0.53.26" },
  { name = "gslb.net", type = "MX", value = "10 mail.gslb.net." },
  { name = "a.b.gslb.net", type = "TXT", value = "deep" },
  { name = "alias.gslb.net", type = "CNAME", value = "www.gslb.net" },
  { name = "lost.gslb.net", type = "CNAME", value = "nowhere.gslb.net" },
  { name = "*.wild.gslb.net", type = "A", value = "23.0.0.7" },
]
[[zone.delegation]]
name = "plain.gslb.net"
nameservers = { "ns.plain.gslb.net" = ["127.0.53.26"] }
[[zone.service]]
name = "www.gslb.net"
ttl = "20 s"
policy = "static"
site = [{ name = "fra", addresses = ["23.0.1.80", "2a23::80"] }]
"""
PLAIN = """
record = [
  { name = "plain.gslb.net", type = "NS", value = "ns.plain.gslb.net" },
  { name = "ns.plain.gslb.net", type = "A", value = "127.0.53.26" },
]
"""
UNBOUND = """
server:
  interface: {resolver}@{port}
  do-not-query-localhost: no
  do-daemonize: no
  use-syslog: no
  chroot: ""
  username: ""
  pidfile: ""
  directory: "{folder}"
  trust-anchor: "{anchor}"
  qname-minimisation: yes
  module-config: "validator iterator"
stub-zone:
  name: "gslb.net"
  stub-addr: {address}@{server_port}
stub-zone:
  name: "plain.gslb.net"
  stub-addr: {address}@{server_port}
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    folder = tmp_path_factory.mktemp("signed")
    head = '[server]\nsite = "fra"\nlisten = ["127.0.53.26"]\nport = {port}\n'
    signed = ZONE.replace("{name}", "gslb.net").replace("{more}", RECORDS)
    plain = ZONE.replace("{name}", "plain.gslb.net").replace("{more}", PLAIN)
    with running_program(folder, ADDRESS, head + signed + plain) as running:
        yield running


@pytest.fixture(scope="module")
def resolver(program):
    """The port of an unbound that trusts the zone's key."""
    path = shutil.which("unbound", path=f"{os.defpath}:/usr/sbin")
    assert path, "unbound is not installed"
    port = free_port(RESOLVER)
    digest = program.status()["ds"]["gslb.net"]
    config = program.folder / "unbound.conf"
    config.write_text(
        UNBOUND.format(
            resolver=RESOLVER,
            port=port,
            folder=program.folder,
            anchor=f"gslb.net. DS {digest}",
            address=ADDRESS,
            server_port=program.port,
        )
    )
    with subprocess.Popen([path, "-c", str(config)]) as process:
        try:
            until("unbound answers", lambda: answers(port), within_s=60)
            yield port
        finally:
            process.terminate()


def ask(port, name, type_="A", timeout_s=20.0):
    query = dns.message.make_query(name, type_, want_dnssec=True)
    return dns.query.udp(query, RESOLVER, port=port, timeout=timeout_s)


def answers(port):
    try:
        return ask(port, "gslb.net", "SOA", 1.0).rcode() == dns.rcode.NOERROR
    except (OSError, dns.exception.Timeout):
        return False


@pytest.mark.parametrize(
    ("name", "type_", "count"),
    [
        ("gslb.net", "DNSKEY", 1),
        ("gslb.net", "MX", 1),
        ("gslb.net", "NS", 1),
        ("www.gslb.net", "A", 1),
        ("www.gslb.net", "AAAA", 1),
        ("alias.gslb.net", "A", 2),
        ("x.wild.gslb.net", "A", 1),
        ("a.b.gslb.net", "TXT", 1),
        ("www.gslb.net", "TXT", 0),
        ("b.gslb.net", "A", 0),
        ("x.wild.gslb.net", "MX", 0),
        ("nowhere.gslb.net", "A", 0),
        ("a.b.c.gslb.net", "A", 0),
        ("lost.gslb.net", "A", 1),
        ("plain.gslb.net", "DS", 0),
    ],
)
def test_validated(resolver, name, type_, count):
    response = ask(resolver, name, type_)
    assert response.rcode() == dns.rcode.NOERROR
    assert response.flags & dns.flags.AD, response
    kept = [each for each in response.answer if each.rdtype != dns.rdatatype.RRSIG]
    assert len(kept) == count


def test_an_unsigned_child_is_found_to_be_so(resolver):
    response = ask(resolver, "ns.plain.gslb.net")
    assert response.rcode() == dns.rcode.NOERROR
    assert response.answer
    assert not response.flags & dns.flags.AD


def test_the_key_is_kept_and_the_digest_can_be_printed(program):
    config = str(program.folder / "dns.toml")
    command = [sys.executable, "-m", "balancer", "ds", "--config", config]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout == f"gslb.net. IN DS {program.status()['ds']['gslb.net']}\n"
    assert (program.folder / "gslb.pem").stat().st_mode & 0o777 == 0o600

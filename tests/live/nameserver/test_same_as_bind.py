"""BIND and we make the same of one zone file: each name of it, and some beside them."""

import os
import shutil
import subprocess
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest
from live.nameserver.program import PATIENCE_S, free_port, running_program
from needs import need

from topo.wait import until

pytestmark = pytest.mark.live

OURS = "127.0.53.28"
BINDS = "127.0.0.1"  # it listens on addresses that interfaces have, and on no others
ZONE = r"""
$TTL 60
@ 120 IN SOA ns hostmaster ( 7 3600 600 1209600 30 )
  NS ns
  NS ns.child
  MX 10 mail
  MX 20 mail.example.org.
  TXT "one" "two ; three"
  CAA 0 issue "ca.example.net"
ns A 127.0.53.28
  AAAA ::1
mail A 127.0.0.2
UPPER A 127.0.0.3
a.b.c.d A 127.0.0.4
alias CNAME mail
alias2 CNAME alias
lost CNAME nowhere
$GENERATE 1-9 link$ CNAME link${1}
link10 CNAME mail
out CNAME www.example.org.
toward CNAME x.child
wildly CNAME x.wild
*.wild 30 A 127.0.0.5
*.wild 30 TXT "wild"
real.wild A 127.0.0.6
sub.ent.wild A 127.0.0.7
*.cname CNAME mail
*.deep.wild MX 5 mail
child NS ns.child
child NS ns.other
ns.child A 127.0.0.8
ns.other A 127.0.0.9
ns.other AAAA ::9
unglued NS ns.example.org.
signed NS ns.signed
signed DS 1 13 2 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
ns.signed A 127.0.0.10
_sip._tcp SRV 1 2 5060 mail
web HTTPS 1 . alpn="h2" ipv4hint=127.0.0.11
svc SVCB 1 web port=8443
odd\.label TXT "dot"
nul\000label TXT "zero"
$ORIGIN many.gslb.net.
$GENERATE 1-40 @ A 127.1.0.$
"""
BESIDE = """
nowhere x.nowhere x.mail b.c.d c.d d x.a.b.c.d x.wild x.y.wild wild *.wild x.*.wild
x.real.wild ent.wild x.ent.wild x.sub.ent.wild deep.wild x.deep.wild x.cname cname
link1 link5 x.child x.y.child x.ns.child x.unglued x.signed
_tcp _dns._tcp uPPer.wIld MaIl alIAS
"""
TYPES = "A AAAA NS CNAME SOA MX TXT SRV CAA HTTPS SVCB DS PTR TYPE65280 RRSIG NSEC"
NAMED = """
controls {{ }};
options {{
  directory "{folder}";
  listen-on port {port} {{ {address}; }};
  listen-on-v6 {{ none; }};
  pid-file none;
  recursion no;
  minimal-responses yes;
  dnssec-validation no;
  notify no;
  zero-no-soa-ttl no;
}};
zone "gslb.net" {{ type primary; file "gslb.zone"; check-integrity no; }};
"""
CONFIG = """
[server]
site = "fra"
listen = ["127.0.53.28"]
port = {port}
[[zone]]
name = "gslb.net"
file = "gslb.zone"
"""


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """Ports of both servers."""
    folder = tmp_path_factory.mktemp("same")
    (folder / "gslb.zone").write_text(ZONE)
    with running_program(folder, OURS, CONFIG) as program:
        path = shutil.which("named", path=f"{os.defpath}:/usr/sbin")
        need(path is not None, "named (run ./provision.sh)")
        port = free_port(BINDS)
        config = folder / "named.conf"
        config.write_text(NAMED.format(folder=folder, port=port, address=BINDS))
        with (folder / "named.log").open("wb") as log:
            command = [str(path), "-g", "-c", str(config)]
            process = subprocess.Popen(command, stderr=log)
        with process:
            try:
                until("BIND answers", lambda: is_up(port, folder), within_s=60)
                yield (OURS, program.port), (BINDS, port)
            finally:
                process.terminate()


def is_up(port, folder):
    query = dns.message.make_query("gslb.net", "SOA")
    try:
        response = dns.query.udp(query, BINDS, port=port, timeout=1)
    except (OSError, dns.exception.Timeout):
        return False
    assert response.answer, Path(folder / "named.log").read_text()
    return True


def names():
    lines = [
        line
        for line in ZONE.splitlines()
        if line[:1].isalnum() or line[:1] in ("*", "_")
    ]
    owners = dict.fromkeys(line.split()[0] for line in lines)
    return ["", "many", *owners, *BESIDE.split()]


def said(server, query):
    """What a server says, in an order and form that do not matter."""
    address, port = server
    response = dns.query.udp(query, address, port=port, timeout=PATIENCE_S)
    return {
        "rcode": dns.rcode.to_text(response.rcode()),
        "flags": dns.flags.to_text(response.flags),
        "answer": lines(response.answer),
        "authority": lines(response.authority),
    }


def lines(section):
    texts = (rrset.to_text().lower() for rrset in section)
    return sorted(line for text in texts for line in text.splitlines())


@pytest.mark.parametrize("type_", TYPES.split())
@pytest.mark.parametrize("options", [{}, {"use_edns": 0, "payload": 512}], ids=str)
def test_the_same(servers, type_, options):
    differing = []
    for name in names():
        query = dns.message.make_query(
            f"{name}.gslb.net.".lstrip("."), type_, **options
        )
        query.flags = 0
        ours, binds = (said(server, query) for server in servers)
        # BIND sends as many of the records as fit; we send none (RFC 2181, section 9).
        if "TC" in binds["flags"] and ours["flags"] == binds["flags"]:
            assert not ours["answer"]
            continue
        if ours != binds:
            differing.append((name, ours, binds))
    assert not differing

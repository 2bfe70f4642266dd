"""BIND and we make the same of one zone file: each name of it, and some beside them."""

import os
import shutil
import socket
import subprocess
from pathlib import Path
from struct import pack, unpack

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
$GENERATE 1-100 big A 127.2.0.$
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


A = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4\1\2\3\4"
TSIG = b"\3key\0\0\xfa\0\xff\0\0\0\0\0\x3d" + (
    b"\x0bhmac-sha256\0\0\0\x6b\x49\xd2\0\1\x2c\0\x20" + b"s" * 32 + b"\7\7\0\0\0\0"
)


def opt(size=1232, version=0, flags=0, options=b""):
    return b"\0" + pack("!HHHHH", 41, size, version, flags, len(options)) + options


def message(
    *additional, flags=0, type_=1, class_=1, name=b"\4mail\4gslb\3net\0", more=()
):
    counts = 1, len(more), 0, len(additional)
    head = b"\7\7" + pack("!5H", flags, *counts)
    return head + name + pack("!HH", type_, class_) + b"".join((*more, *additional))


BIG = b"\3big\4many\4gslb\3net\0"
ODD = {
    **{f"bit {bit}": message(flags=1 << bit) for bit in (0, 3, 5, 6, 7, 8, 9, 10)},
    **{f"opcode {code}": message(flags=code << 11) for code in (1, 2, 3, 6, 9, 15)},
    **{
        f"opcode {code}, EDNS": message(opt(), flags=code << 11)
        for code in (1, 2, 3, 6, 9, 15)
    },
    **{
        f"size {n}": message(opt(n), name=BIG) for n in (0, 511, 512, 1232, 4096, 65535)
    },
    **{f"version {n}": message(opt(version=n)) for n in (1, 2, 255)},
    **{f"flags {n:#x}": message(opt(flags=n)) for n in (1, 0x4000, 0x8000, 0xFFFF)},
    "version 1, no zone": message(opt(version=1), name=b"\3org\0"),
    "unknown option": message(opt(options=b"\xff\0\0\2xx")),
    "half an option": message(opt(options=b"\xff\0\0\2x")),
    "many options": message(opt(options=b"\xff\0\0\0" * 40)),
    "subnet": message(opt(options=b"\0\x08\0\7\0\1\x18\0\1\2\3")),
    "subnet of no family": message(opt(options=b"\0\x08\0\4\0\0\0\0")),
    "subnet of family 3": message(opt(options=b"\0\x08\0\4\0\3\0\0")),
    "subnet of 33 bits": message(opt(options=b"\0\x08\0\x09\0\1\x21\0\1\2\3\4\0")),
    "two subnets": message(opt(options=b"\0\x08\0\7\0\1\x18\0\1\2\3" * 2)),
    "two subnets, one wrong": message(
        opt(options=b"\0\x08\0\7\0\1\x18\0\1\2\3\0\x08\0\4\0\1\x18\0")
    ),
    "bits behind a subnet": message(opt(options=b"\0\x08\0\7\0\1\x17\0\1\2\3")),
    "two OPT records": message(opt(), opt()),
    "OPT as an answer": message(more=[opt()]),
    "OPT behind another": message(A, opt()),
    "OPT before another": message(opt(), A),
    "an answer": message(more=[A]),
    "a record cut off": message(A[:-1]),
    "TSIG": message(TSIG),
    "TSIG behind OPT": message(opt(), TSIG),
    "TSIG before OPT": message(TSIG, opt()),
    "TSIG twice": message(TSIG, TSIG),
    "CHAOS": message(class_=3),
    "Hesiod": message(class_=4),
    "AXFR of no zone": message(type_=252),
    "NXNAME": message(type_=128),
    "no question": b"\7\7" + bytes(10),
    "two questions": message()[:5] + b"\2" + message()[6:] + message()[12:],
    "cut off": message()[:-1],
    "a loop": message(name=b"\xc0\x0c"),
    "a label type": message(name=b"\x41" + b"x" * 70 + b"\0"),
    "a long name": message(name=(b"\x3f" + b"x" * 63) * 4 + b"\0"),
}


def outline(server, wire):
    """Flags, response code, counts of records, and whether options are understood."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(server)
        client.settimeout(5)
        client.send(wire)
        heard = client.recv(65535)
    flags, _, answers, authorities, additionals = unpack("!5H", heard[2:12])
    return f"{flags:#06x}", answers, authorities, additionals


@pytest.mark.parametrize("wire", ODD.values(), ids=ODD)
def test_odd_messages_get_the_same(servers, wire):
    ours, binds = (outline(server, wire) for server in servers)
    assert ours == binds

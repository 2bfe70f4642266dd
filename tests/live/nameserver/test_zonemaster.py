"""zonemaster, which judges real zones, finds nothing wrong with ours."""

import os
import re
import subprocess
import sys
from contextlib import ExitStack

import pytest
from needs import need_tool

from topo.netlink.namespace import create_netns, delete_netns

pytestmark = pytest.mark.live

ROOT = ["23.53.0.1", "2a23:53::1"]
NS1, NS2 = ["23.53.0.53", "2a23:53::53"], ["23.54.0.53", "2a24:53::53"]
HINTS = """\
. 3600000 NS a.root-servers.net.
a.root-servers.net. 3600000 A 23.53.0.1
a.root-servers.net. 3600000 AAAA 2a23:53::1
"""
ROOT_CONFIG = """
[server]
site = "fra"
listen = ["23.53.0.1", "2a23:53::1"]
[[zone]]
name = "."
primary = "a.root-servers.net"
contact = "hostmaster.root-servers.net"
serial = 1
ttl = "1 d"
negative_ttl = "1 h"
dnssec = { key = "root.pem" }
record = [
  { name = ".", type = "NS", value = "a.root-servers.net" },
  { name = "a.root-servers.net", type = "A", value = "23.53.0.1" },
  { name = "a.root-servers.net", type = "AAAA", value = "2a23:53::1" },
]
[[zone.delegation]]
name = "gslb.net"
ds = ["DIGEST"]
[zone.delegation.nameservers]
"ns1.gslb.net" = ["23.53.0.53", "2a23:53::53"]
"ns2.gslb.net" = ["23.54.0.53", "2a24:53::53"]
"""
CONFIG = """
[server]
site = "fra"
listen = ["23.53.0.53", "2a23:53::53", "23.54.0.53", "2a24:53::53"]
[[zone]]
name = "gslb.net"
file = "gslb.zone"
dnssec = { key = "gslb.pem" }
[[zone.service]]
name = "www.gslb.net"
ttl = "20 s"
policy = "static"
site = [{ name = "fra", addresses = ["23.0.1.80", "2a23::80"] }]
"""
ZONE = """\
$TTL 1d
@ SOA ns1 hostmaster 2026010101 14400 3600 1209600 3600
@ NS ns1
@ NS ns2
ns1 A 23.53.0.53
ns1 AAAA 2a23:53::53
ns2 A 23.54.0.53
ns2 AAAA 2a24:53::53
@ MX 10 mail
mail A 23.55.0.25
@ TXT "v=spf1 mx -all"
@ A 23.0.1.80
"""
FINDING = re.compile(r"^ +[0-9.]+ (NOTICE|WARNING|ERROR|CRITICAL) +(.*)$", re.MULTILINE)
NOT_OURS = "without PTR configured"  # the private root has no addresses' names


def balancer(*words):
    return [sys.executable, "-m", "balancer", *words]


@pytest.fixture
def namespace():
    created = create_netns(f"t-zonemaster-{os.getpid()}")
    for address in ROOT + NS1 + NS2:
        bits = 128 if ":" in address else 32
        words = ["address", "add", f"{address}/{bits}", "dev", "lo"]
        subprocess.run(["ip", "-n", created.name, *words], check=True)
    yield created
    created.close()
    delete_netns(created.name)


@pytest.fixture
def root_hints(namespace, tmp_path):
    """A file that leads to a signed zone below a signed root, which both are served."""
    (tmp_path / "hints").write_text(HINTS)
    (tmp_path / "gslb.zone").write_text(ZONE)
    config, root_config = tmp_path / "dns.toml", tmp_path / "root.toml"
    config.write_text(CONFIG)
    command = balancer("ds", "--config", str(config))
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    digest = done.stdout.strip().partition(" DS ")[2]
    root_config.write_text(ROOT_CONFIG.replace("DIGEST", digest))
    with ExitStack() as running:
        for each in (config, root_config):
            readable, writable = os.pipe()
            words = ["--config", str(each), "--notify-fd", str(writable)]
            command = ["ip", "netns", "exec", namespace.name, *balancer("dns", *words)]
            process = running.enter_context(
                subprocess.Popen(command, pass_fds=[writable])
            )
            running.callback(process.terminate)
            os.close(writable)
            with open(readable, "rb") as ready:  # noqa: PTH123 - a descriptor
                assert ready.read() == b"\n"
        yield tmp_path / "hints"


def test_nothing_wrong_is_found(namespace, root_hints):
    program = need_tool("zonemaster-cli")
    command = ["ip", "netns", "exec", namespace.name, str(program)]
    command += ["--hints", str(root_hints), "--level", "NOTICE", "gslb.net"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    findings = [f"{level} {words}" for level, words in FINDING.findall(done.stdout)]
    assert findings, done.stdout + done.stderr
    assert [each for each in findings if NOT_OURS not in each] == []

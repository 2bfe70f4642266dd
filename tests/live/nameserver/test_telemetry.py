"""The metrics endpoint and the samples of a crew: all its processes, as one."""

import socket
import urllib.request
from collections import Counter

import dns.edns
import dns.message
import dns.query
import pytest
from live.nameserver.program import PATIENCE_S, free_port, running_program

from topo.wait import until

pytestmark = pytest.mark.live

ADDRESS, METRICS = "127.0.53.34", "127.0.53.35"
ASKED, SAMPLED = 40, 3
CONFIG = """
[server]
site = "fra"
listen = ["127.0.53.34"]
port = {port}
processes = 2
samples_per_second = 3
[metrics]
listen = "127.0.53.35:{metrics}"
[[zone]]
name = "gslb.net"
primary = "ns.gslb.net"
contact = "hostmaster.gslb.net"
serial = 9
ttl = "1 h"
negative_ttl = "5 s"
record = [{ name = "gslb.net", type = "NS", value = "ns.example.net" }]
[[zone.service]]
name = "www.gslb.net"
ttl = "20 s"
policy = "nearest"
site = [{ name = "fra", addresses = ["23.0.1.80"] }]
[map]
rtt_ms = { fra = { fra = 1 } }
"""


def scraped(port):
    """Return the values of the metrics by name with labels."""
    with urllib.request.urlopen(
        f"http://{METRICS}:{port}/metrics", timeout=PATIENCE_S
    ) as text:
        lines = text.read().decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def expected():
    """Return the metrics that the queries below lead to."""
    values = {
        'queries_total{transport="udp"}': ASKED + 2,
        'queries_total{transport="tcp"}': 1,
        'questions_total{type="A"}': ASKED,
        'questions_total{type="AAAA"}': 1,
        'steered_total{policy="nearest",site="fra"}': ASKED,
        'scopes_total{family="IPv4",length="0"}': ASKED,
        'responses_total{rcode="NXDOMAIN",outcome="nxdomain"}': 1,
        'answer_seconds_count{transport="udp"}': ASKED + 2,
        'answer_seconds_count{transport="tcp"}': 1,
        'zone_serial{zone="gslb.net"}': 9,
        "workers": 2,
    }
    return {f"frontlab_dns_{name}": value for name, value in values.items()}


def test_metrics_and_samples_of_all_processes(tmp_path):
    metrics = free_port(METRICS)
    text = CONFIG.replace("{metrics}", str(metrics))
    subnet = dns.edns.ECSOption("11.2.3.0", 24)
    with running_program(tmp_path, ADDRESS, text) as program:
        for _ in range(ASKED):
            query = dns.message.make_query("www.gslb.net", "A", options=[subnet])
            dns.query.udp(query, ADDRESS, port=program.port, timeout=PATIENCE_S)
        missing = dns.message.make_query("nowhere.gslb.net", "AAAA")
        dns.query.tcp(missing, ADDRESS, port=program.port, timeout=PATIENCE_S)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as odd:
            odd.sendto(b"x" * 20, (ADDRESS, program.port))
            odd.sendto(b"\0" * 11, (ADDRESS, program.port))
        # Nobody is told when the odd ones have been counted.
        until("all are counted", lambda: expected().items() <= scraped(metrics).items())
        status = program.status()

    samples = status["samples"]
    by_second = Counter(each["time_s"] for each in samples)
    assert 0 < max(by_second.values()) <= 2 * SAMPLED
    [sampled] = [each for each in samples if each.get("type") == "A"][:1]
    assert sampled["name"] == "www.gslb.net"
    assert (sampled["subnet"], sampled["rcode"]) == ("11.2.3.0/24", "NOERROR")

"""A nameserver as a program that follows its files: steering, and a map of networks."""

import json

import dns.message
import dns.query
import pytest
from live.nameserver.program import PATIENCE_S, running_program

from topo.wait import until

pytestmark = pytest.mark.live

ADDRESS = "127.0.53.5"
CONFIG = """
[server]
site = "fra"
listen = ["127.0.53.5"]
port = {port}
steering = "steering.json"
[[zone]]
name = "gslb.net"
primary = "ns.gslb.net"
contact = "hostmaster.gslb.net"
serial = 1
ttl = "1 h"
negative_ttl = "5 s"
record = [{ name = "gslb.net", type = "NS", value = "ns.example.net" }]
[[zone.service]]
name = "www.gslb.net"
ttl = "20 s"
policy = "nearest"
site = [
  { name = "fra", addresses = ["23.0.1.80"] },
  { name = "iad", addresses = ["23.0.2.80"] },
]
[map]
file = "networks.map"
rtt_ms.fra = { fra = 0.5, iad = 88.0 }
rtt_ms.iad = { fra = 88.0, iad = 0.5 }
"""


class Server:
    """A server whose files are followed."""

    def __init__(self, program):
        self.program, self.folder = program, program.folder

    def write(self, name, text):
        replace(self.folder / name, text)

    def steer(self, version, **healthy):
        sites = {site: {"healthy": it} for site, it in healthy.items()}
        text = json.dumps({"version": version, "sites": sites})
        self.write("steering.json", text)

    def site(self):
        query = dns.message.make_query("www.gslb.net", "A")
        port = self.program.port
        response = dns.query.udp(query, ADDRESS, port=port, timeout=PATIENCE_S)
        return {"23.0.1.80": "fra", "23.0.2.80": "iad"}[response.answer[0][0].address]

    def status(self, name):
        return self.program.status()[name]


@pytest.fixture
def server(tmp_path):
    replace(tmp_path / "networks.map", "127.0.0.0/8 fra\n")
    with running_program(tmp_path, ADDRESS, CONFIG) as program:
        yield Server(program)


def replace(path, text):
    """Replace a file at once, as who writes maps should."""
    new = path.with_name("new")
    new.write_text(text)
    new.rename(path)


def test_answers_follow_steering_and_survive_it(server):
    assert server.site() == "fra"
    server.steer(1, fra=False)
    until("fra is left", lambda: server.site() == "iad", within_s=30)
    steering = server.status("steering")
    assert steering["version"] == 1
    assert 0 <= steering["age_s"] < 30
    server.write("steering.json", "{")
    until("refused", lambda: server.status("steering")["refused"] == 1, within_s=30)
    (server.folder / "steering.json").unlink()
    assert server.site() == "iad"
    server.steer(2, fra=True)
    until("fra is back", lambda: server.site() == "fra", within_s=30)


def test_a_map_of_networks_is_replaced_by_a_good_one_alone(server):
    server.write("networks.map", "127.0.0.0/8 nowhere\n")
    until("refused", lambda: server.status("reloads")["failed"] == 1, within_s=30)
    assert server.site() == "fra"
    server.write("networks.map", "127.0.0.0/8 iad\n")
    until("it is iad", lambda: server.site() == "iad", within_s=30)
    assert server.status("reloads")["done"] == 1

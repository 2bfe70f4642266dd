"""Every way to a backend, as services of one lab whose balancers are on its LAN."""

import json
import sys

import pytest
from needs import need_root

from topo.world_file import WORLDS

from .command import frontlab, lab, own

pytestmark = pytest.mark.live

NAME = own("forwarding")
MODES = ("gre", "gre6", "ipip", "gue", "l2", "nat")
BACKENDS = {"11.1.1.10": "02:00:01:01:00:0a", "2a11:0:1:100::11": "02:00:01:01:00:0b"}
LOGS = [f"/run/frontlab/roles/fra-be{i}-web/access.log" for i in (1, 2)]
FIRST_VIP = 81  # the world's own service is the one before
CHANCED_VIP = f"23.0.1.{FIRST_VIP + len(MODES)}"
# Connections that ask who has them, before and after a backend is drained.
TALKER = """
import http.client, json, socket, sys
vip, controls = sys.argv[1], sys.argv[2:]
flows = [http.client.HTTPConnection(vip, 80, timeout=20) for _ in range(24)]
for flow in flows:
    flow.connect()
    flow.auto_open = 0
def ask(flow):
    flow.request("GET", "/")
    return flow.getresponse().read().decode().strip()
def order(order):
    for path in controls:
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(path)
            control.sendall(json.dumps(order).encode() + b"\\n")
            control.recv(4096)
before = [ask(flow) for flow in flows]
order({"do": "drain", "backend": "fra-be1"})
after = [ask(flow) for flow in flows]
order({"do": "undrain", "backend": "fra-be1"})
print(json.dumps([before, after]))
"""


@pytest.fixture(scope="module")
def duo(tmp_path_factory):
    need_root()
    text = (WORLDS / "duo.toml").read_text()
    place = "[[datacenters]]\n"
    text = text.replace(place, f"{place}shared_lan = true\n")
    for mode in MODES:
        text += f'\n[[services]]\nname = "by-{mode}"\nforwarding = "{mode}"\n'
    text += '\n[[services]]\nname = "handed"\ntracking = "off"\nsecond_chance = true\n'
    path = tmp_path_factory.mktemp("world") / "duo.toml"
    path.write_text(text)
    with lab(NAME, str(path)) as raised:
        yield raised


def inside(host, *argv):
    return frontlab("exec", "--lab", NAME, host, "--", *argv)[0]


def test_backends_are_neighbours(duo):
    for address, mac in BACKENDS.items():
        inside("fra-lb1", "ping", "-c1", "-W10", address)
        neighbour = inside("fra-lb1", "ip", "neigh", "show", address)
        assert f"dev eth0 lladdr {mac}" in neighbour


@pytest.mark.parametrize("mode", MODES)
def test_a_fetch_is_answered_in_both_families(duo, mode):
    number = FIRST_VIP + MODES.index(mode)
    urls = (f"http://23.0.1.{number}/", f"http://[2a23:0:1::{number}]/")
    # A request of several full segments: they must fit once they are encapsulated.
    header = f"X-Padding: {'x' * 6000}"
    curl = ("curl", "-sS", "--max-time", "20", "-H", "Connection: close", "-H", header)
    answers = inside("fra-home-1", *curl, *urls * 3).split()
    assert len(answers) == 6
    assert set(answers) <= {"fra-be1", "fra-be2"}
    # Only translated packets come to the backend's own address, and not to the VIP.
    asked = {line.split()[3] for line in inside("root", "cat", *LOGS).splitlines()}
    vips = {f"23.0.1.{number}", f"2a23:0:1::{number}"}
    assert asked & vips == (set() if mode == "nat" else vips)


def test_connections_are_handed_on_to_whose_they_are(duo):
    controls = [f"/run/frontlab/status/fra-lb{i}.control" for i in (1, 2)]
    argv = (sys.executable, "-c", TALKER, CHANCED_VIP, *controls)
    before, after = json.loads(inside("fra-home-1", *argv))
    assert set(before) == {"fra-be1", "fra-be2"}
    assert after == before

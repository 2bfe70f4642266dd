"""A lab's nameservers in XDP, and others' products in their place, seen by a client."""

import json

import pytest
from needs import need, need_root, need_tool

from topo.features import probe_kernel
from topo.features.kernel import XDP_GENERIC
from topo.lab.paths import status_path
from topo.world.records import NameserverKind
from topo.world_file import WORLDS

from .command import answer, frontlab, lab, own

pytestmark = pytest.mark.live

PROGRAMS = {
    NameserverKind.GDNSD: "gdnsd",
    NameserverKind.PDNS_GEOIP: "pdns_server",
    NameserverKind.KNOT: "knotd",
    NameserverKind.BIND9: "named",
}
# Where each is sent: home, or to its resolver's side where that sends no subnets.
CLIENTS = {
    "fra-home-1": "23.0.1.80",
    "iad-home-1": "23.0.2.80",
    "fra-office-1": "23.0.2.80",
}


def world(folder, line):
    """Write duo with a line more in each of its datacenters."""
    text = (WORLDS / "duo.toml").read_text()
    path = folder / "duo.toml"
    path.write_text(text.replace("[[datacenters]]\n", f"[[datacenters]]\n{line}\n"))
    return str(path)


def inside(name, host, *argv):
    return frontlab("exec", "--lab", name, host, "--", *argv)[0]


def looked_up(name, client):
    """What a client's stub look-up of the service gives."""
    return inside(name, client, "dig", "+short", "www.frontlab.net", "A").split()


def status(name, role):
    """The status object of a program of the lab."""
    words = ["python", "-m", "balancer", "status", str(status_path(role))]
    return json.loads(inside(name, role, *words))


@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_client_is_sent_to_the_vip_that_is_nearest(tmp_path, kind):
    need_root()
    need_tool(PROGRAMS[kind])
    name = own(f"ns-{kind}")
    with lab(name, world(tmp_path, f'nameserver = "{kind}"')):
        found = {client: looked_up(name, client) for client in CLIENTS}
    expected = dict(CLIENTS)
    if kind is NameserverKind.BIND9:  # which knows resolvers only
        expected["iad-home-1"] = expected["fra-home-1"]
    assert found == {client: [vip] for client, vip in expected.items()}


def test_hot_names_are_answered_in_xdp(tmp_path):
    need_root()
    need(probe_kernel(XDP_GENERIC).found, XDP_GENERIC)
    name = own("ns-xdp")
    with lab(name, world(tmp_path, "nameserver_xdp = true")):
        found = {client: looked_up(name, client) for client in CLIENTS}
        before = status(name, "fra-ns")["xdp"]
        asked = ["@23.53.0.53", "+short", "+nocookie", "+subnet=11.1.16.0/24"]
        asked.append("www.frontlab.net")
        direct = inside(name, "fra-home-1", "dig", *asked).split()
        after = status(name, "fra-ns")["xdp"]
    assert found == {client: [vip] for client, vip in CLIENTS.items()}
    assert direct == [CLIENTS["fra-home-1"]]
    assert after["questions"] > 0
    answered = "ANSWERED_SUBNET"
    assert after["counters"][answered] == before["counters"][answered] + 1


# Resolvers that choose among nameservers, by kind, with their programs.
CHOOSERS = {
    "unbound": "unbound",
    "bind9": "named",
    "pdns-recursor": "pdns_recursor",
    "knot-resolver": "kresd",
}
ASKED = 40
# That go to a server which is farther by 40 ms: by chance, or before that is known.
FEW = 8


def world_of_choosers(folder):
    """Write duo with names of each nameserver's own, and a resolver of each kind."""
    text = (WORLDS / "duo.toml").read_text()
    text = text.replace("[sites.fra]", 'nameserver_names = "own"\n\n[sites.fra]')
    for kind in CHOOSERS:
        text += f'\n[[resolvers]]\nname = "{kind}"\nsite = "fra"\nkind = "{kind}"\n'
    path = folder / "choosers.toml"
    path.write_text(text)
    return str(path)


@pytest.mark.slow
def test_resolvers_choose_among_nameservers_with_names_of_their_own(tmp_path):
    need_root()
    for program in CHOOSERS.values():
        need_tool(program)
    name, path = own("choosers"), world_of_choosers(tmp_path)
    hosts = answer("plan", path)["hosts"]
    addresses = {it["host"]: it["IPv4"] for it in hosts if it["host"] in CHOOSERS}
    names = [f"x{number}.frontlab.net" for number in range(ASKED)]
    with lab(name, path):
        for address in addresses.values():
            inside(name, "fra-home-1", "dig", f"@{address}", "+noall", *names)
        asked = {
            server: status(name, server)["queries_by_source"]
            for server in ("fra-ns", "iad-ns")
        }
    for kind, address in addresses.items():
        near, far = (asked[server].get(address, 0) for server in asked)
        assert near + far >= ASKED, kind
        if kind == "unbound":  # All that answer within 400 ms are alike to it.
            assert min(near, far) > ASKED / 5, (near, far)
        else:
            assert far <= FEW, (kind, near, far)

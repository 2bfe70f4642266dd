"""Others' balancers in our places: a fetch is answered, and its reply passes them."""

import pytest
from needs import need, need_root, need_tool

from topo.features import probe_kernel
from topo.features.kernel import NFTABLES
from topo.world_file import WORLDS

from .command import answer, frontlab, lab, own

pytestmark = pytest.mark.live

NAME = own("foreign-balancers")
BALANCERS = {"fra": "nftables", "iad": "haproxy"}
VIPS = {
    "fra": ("http://23.0.1.80/", "http://[2a23:0:1::80]/"),
    "iad": ("http://23.0.2.80/", "http://[2a23:0:2::80]/"),
}


@pytest.fixture(scope="module")
def duo(tmp_path_factory):
    need_root()
    need(probe_kernel(NFTABLES).found, NFTABLES)
    need_tool("nft")
    need_tool("haproxy")
    text = (WORLDS / "duo.toml").read_text()
    for site, kind in BALANCERS.items():
        place = f'[[datacenters]]\nsite = "{site}"\n'
        text = text.replace(place, f'{place}balancer = "{kind}"\n')
    path = tmp_path_factory.mktemp("world") / "duo.toml"
    path.write_text(text)
    with lab(NAME, str(path)) as raised:
        yield raised


def inside(host, *argv):
    return frontlab("exec", "--lab", NAME, host, "--", *argv)[0]


def visitors(site):
    """Who the backends of a site saw fetch something, by their logs."""
    logs = [f"/run/frontlab/roles/{site}-be{i}-web/access.log" for i in (1, 2)]
    return {line.split()[1] for line in inside("root", "cat", *logs).splitlines()}


@pytest.mark.parametrize("site", BALANCERS)
def test_a_fetch_lands_on_a_backend_that_sees_the_balancer_only(duo, site):
    one_each = ("-H", "Connection: close")  # a connection for each fetch
    curl = ("curl", "-sS", "--max-time", "20", *one_each, *VIPS[site] * 3)
    answers = inside("fra-home-1", *curl).split()
    assert len(answers) == 6
    assert set(answers) <= {f"{site}-be1", f"{site}-be2"}
    number = list(BALANCERS).index(site) + 1
    own4 = {f"11.{number}.8.{host}" for host in (10, 11)}
    own6 = {f"2a11:0:{number}:800::{host}" for host in (10, 11)}
    seen = visitors(site)
    assert seen <= own4 | own6
    assert seen & own4


def test_they_are_roles_like_ours_and_the_backends_have_no_agents(duo):
    roles = {it["name"]: it["state"] for it in answer("ps", NAME)["roles"]}
    for site in BALANCERS:
        assert roles[f"{site}-lb1"] == roles[f"{site}-lb2"] == "running"
        assert f"{site}-be1" not in roles


def test_who_explains_a_flow_says_whom_to_ask(duo):
    flow = ("explain-flow", "11.1.16.10:20123", "23.0.1.80:80", "--lab", NAME)
    out, _ = frontlab(*flow, status=1)
    told = "fra-lb1: it is nftables, which answers for itself only"
    assert told in " ".join(out.split())

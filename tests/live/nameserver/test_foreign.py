"""Others' authoritative servers on our zone and map: what each makes of them."""

import os
import subprocess
from dataclasses import dataclass, replace

import pytest
from dns.edns import ECSOption
from dns.exception import Timeout
from dns.flags import AA, TC
from dns.message import make_query
from dns.query import tcp, udp
from dns.rcode import NOERROR, NXDOMAIN
from needs import need_root, need_tool

from topo.netlink.namespace import Namespace, create_netns, delete_netns
from topo.render import nameserver_files
from topo.run import run
from topo.wait import until
from topo.world.delay import shortest_paths
from topo.world.plan import Plan, Role, make_plan
from topo.world.probe_names import probe_names, sized_names
from topo.world.records import NameserverKind
from topo.world_file import load_world

pytestmark = pytest.mark.live

EARTH = load_world("earth")
SITE = "sin"  # not the site of the first datacenter, which could come by accident
WWW = "www.frontlab.net"
FOREIGN = [kind for kind in NameserverKind if kind is not NameserverKind.OURS]
WITHOUT_SUBNETS = (NameserverKind.BIND9,)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, and the namespace from whose addresses it is asked."""

    kind: NameserverKind
    plan: Plan
    namespace: Namespace

    def ask(
        self, name, type_="A", client="gru-home-1", subnet=None, send=udp, within_s=20.0
    ):
        """The answer to a client, for the subnet of another one if it is said."""
        asker = self.plan.host(client)
        of = self.plan.host(subnet).subnet.network4 if subnet else None
        options = [ECSOption(str(of.network_address), of.prefixlen)] if of else []
        with self.namespace.inside():
            return send(
                make_query(name, type_, use_edns=0 if subnet else -1, options=options),
                str(self.plan.nameserver.address4),
                timeout=within_s,
                source=str(asker.address4),
            )

    def answers(self):
        """Whether it serves the zone by now."""
        try:
            return bool(self.ask("ns.frontlab.net", within_s=1.0).answer)
        except (OSError, Timeout):
            return False


@pytest.fixture(scope="module", params=FOREIGN)
def server(request, tmp_path_factory):
    need_root()
    datacenters = [replace(it, nameserver=request.param) for it in EARTH.datacenters]
    plan = make_plan(replace(EARTH, datacenters=tuple(datacenters)))
    folder = tmp_path_factory.mktemp(request.param)
    files, argv = nameserver_files(plan, SITE, str(folder))
    need_tool(argv[0])
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    namespace = create_netns(f"t-foreign-{os.getpid()}")
    try:
        put_addresses(plan, namespace.name)
        yield from running(Server(request.param, plan, namespace), argv, folder)
    finally:
        namespace.close()
        delete_netns(namespace.name)


def running(server, argv, folder):
    command = ["ip", "netns", "exec", server.namespace.name, *argv]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until(f"{server.kind} answers ({folder / 'log'})", server.answers, 60)
        yield server
    finally:
        process.terminate()
        process.wait(30)


def put_addresses(plan, namespace):
    some = [it for it in plan.hosts if it.role in (Role.CLIENT, Role.RESOLVER)]
    for it in (plan.nameserver, *plan.hosts_at(SITE, Role.NAMESERVER), *some):
        for address in (f"{it.address4}/32", f"{it.address6}/128"):
            run(["ip", "-n", namespace, "address", "add", address, "dev", "lo"])


def addresses(answer):
    return [it.address for rrset in answer.answer for it in rrset]


def nearest_vip(plan, host):
    rtt_ms = shortest_paths(plan.world)
    sites = [it.site for it in plan.world.datacenters]
    site = plan.host(host).site
    return plan.vip("www", min(sites, key=lambda other: rtt_ms[site, other]))


CLIENTS = [f"{it.name}-1" for it in EARTH.client_networks]


@pytest.mark.parametrize("client", CLIENTS)
def test_the_resolvers_place_decides(server, client):
    for name, ttl_s in ((WWW, 20), (probe_names(EARTH, "fra-unbound").steered, 60)):
        for type_ in ("A", "AAAA"):
            answer = server.ask(name, type_, client)
            vip = nearest_vip(server.plan, client)
            wanted = vip.address4 if type_ == "A" else vip.address6
            assert addresses(answer) == [str(wanted)]
            assert answer.answer[0].name.to_text() == f"{name}."
            assert answer.answer[0].ttl == ttl_s
            assert answer.flags & AA


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_subnet_decides_where_the_product_knows_it(server, client):
    answer = server.ask(WWW, subnet=client)
    [option] = [it for it in answer.options if isinstance(it, ECSOption)]
    knows = server.kind not in WITHOUT_SUBNETS
    vip = nearest_vip(server.plan, client if knows else "gru-home-1")
    assert addresses(answer) == [str(vip.address4)]
    assert (1 <= option.scopelen <= 24) if knows else option.scopelen == 0


def test_all_vips_where_nothing_is_chosen(server):
    answer = server.ask(probe_names(EARTH, "fra-unbound").many)
    vips = {str(server.plan.vip("www", it.site).address4) for it in EARTH.datacenters}
    assert set(addresses(answer)) == vips
    assert answer.answer[0].ttl == 5


@pytest.mark.parametrize("sized", sized_names(EARTH.domain), ids=lambda it: it.name)
def test_what_does_not_fit_is_truncated_and_whole_by_tcp(server, sized):
    plain = server.ask(sized.name, sized.type)
    assert len(plain.to_wire()) <= 512
    fits = sized.count in (29, 17)
    assert bool(plain.flags & TC) != fits
    assert len(addresses(server.ask(sized.name, sized.type, send=tcp))) == sized.count


def test_what_does_not_exist(server):
    assert server.ask("no.frontlab.net").rcode() == NXDOMAIN
    nothing = server.ask(WWW, "TXT")
    assert (nothing.rcode(), nothing.answer) == (NOERROR, [])
    assert nothing.authority[0].ttl <= 3600

"""All addresses of a world in one namespace, with its root and nameserver running."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from dns.exception import DNSException
from dns.message import Message, make_query
from dns.query import tcp, udp
from needs import need_root, need_tool

from balancer.status import read_status
from topo.netlink.namespace import Namespace, create_netns, delete_netns
from topo.render import dns_config, resolver_files, root_config
from topo.run import run
from topo.wait import until
from topo.world.plan import Plan, Role, make_plan
from topo.world.records import Resolver, World
from topo.world_file import load_world

VOID = "void"  # an interface behind which nobody is
SITE = "fra"  # whose root and nameserver answer for all sites here


@dataclass(frozen=True, slots=True)
class Place:
    """The namespace that stands for the whole world."""

    plan: Plan
    namespace: Namespace
    folder: Path

    @contextmanager
    def running(
        self, name: str, files: dict[str, str], argv: list[str]
    ) -> Iterator[Path]:
        """Run a program on its files; its output ends up in the file `log`."""
        folder = self.folder / name
        need_tool(argv[0])
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        command = ["ip", "netns", "exec", self.namespace.name, *argv]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield folder
        finally:
            process.terminate()
            process.wait(30)

    @contextmanager
    def resolving(self, resolver: Resolver) -> Iterator[None]:
        """Run a resolver until it answers, and while the caller asks it."""
        for asked in self._asks(resolver):
            self._ask_from(str(self.plan.host(resolver.name).address4), asked)
        name = f"{resolver.name}-{len(list(self.folder.iterdir()))}"
        files, argv = resolver_files(resolver, self.plan, str(self.folder / name))
        with self.running(name, files, argv) as folder:
            until(
                f"{resolver.name}: {(folder / 'log')}",
                lambda: self.answers(resolver.name),
                within_s=60,
            )
            yield

    @contextmanager
    def silent_authority(self) -> Iterator[None]:
        """Let queries to root and nameserver vanish, without any error."""
        servers = (self.plan.root, self.plan.nameserver)
        asked = [str(ip) for it in servers for ip in (it.address4, it.address6)]
        try:
            for address in asked:
                self._route("del", "local", address, "dev", "lo", "table", "local")
                self._route("add", address, "dev", VOID, "table", "local")
            yield
        finally:
            for address in asked:
                self._route("del", address, "dev", VOID, "table", "local")
                self._route("add", "local", address, "dev", "lo", "table", "local")

    def asked_authority(self, resolver: str) -> int:
        """How many queries the zone's server has had from a resolver."""
        told = read_status(self.folder / "zone" / "status")["queries_by_source"]
        return int(told.get(str(self.plan.host(resolver).address4), 0))

    def _asks(self, resolver: Resolver) -> list[str]:
        if resolver.forward_to:
            return [str(self.plan.host(it).address4) for it in resolver.forward_to]
        return [str(it.address4) for it in (self.plan.root, self.plan.nameserver)]

    def _ask_from(self, source: str, asked: str) -> None:
        """Have what asks `asked` come from `source`, though all are in one place."""
        route = ["local", asked, "dev", "lo", "table", "local", "src", source]
        self._route("replace", *route)

    def _route(self, *words: str) -> None:
        run(["ip", "-n", self.namespace.name, "route", *words])

    def answers(self, resolver: str) -> bool:
        """Whether a resolver knows where the world's nameserver is."""
        try:
            query = Query(f"ns.{self.plan.world.domain}", timeout_s=1.0)
            return bool(self.ask(resolver, query).answer)
        except (DNSException, OSError):
            return False

    def ask(self, resolver: str, query: "Query") -> Message:
        """The resolver's answer to `query`, over the query's transport and family."""
        host = self.plan.resolver(resolver)
        client = self.plan.host(query.client) if query.client else host
        is_six = query.family == 6
        where = str(host.address6 if is_six else host.address4)
        source = str(client.address6 if is_six else client.address4)
        send = tcp if query.over_tcp else udp
        with self.namespace.inside():
            return send(
                make_query(query.name, query.type, use_edns=0),
                *(where, query.timeout_s),
                source=source,
            )


@dataclass(frozen=True, slots=True)
class Query:
    """A question, who asks it, and how."""

    name: str
    type: str = "A"
    client: str = ""
    family: int = 4
    over_tcp: bool = False
    timeout_s: float = 20.0


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    need_root()
    plan = make_plan(_world())
    namespace = create_netns(f"t-resolvers-{os.getpid()}")
    try:
        put_addresses(plan, namespace.name)
        _make_void(namespace.name)
        yield from _serving(Place(plan, namespace, tmp_path_factory.mktemp("lab")))
    finally:
        namespace.close()
        delete_netns(namespace.name)


def _world() -> World:
    """The world `earth` with one resolver that announces a shared address, too."""
    earth = load_world("earth")
    first, *others = earth.resolvers
    return replace(earth, resolvers=(replace(first, anycast="shared"), *others))


def _serving(place):
    """Yield the place while its authoritative servers run."""
    folder, plan = place.folder, place.plan
    argv = [sys.executable, "-m", "balancer", "dns", "--config"]
    zone = [*argv, str(folder / "zone" / "dns.toml")]
    root = [*argv, str(folder / "root" / "dns.toml")]
    zone += ["--status", str(folder / "zone" / "status")]
    with (
        place.running("zone", {"dns.toml": dns_config(plan, SITE)}, zone),
        place.running("root", {"dns.toml": root_config(plan, SITE)}, root),
    ):
        yield place


def _make_void(namespace: str) -> None:
    in_namespace = ["ip", "-n", namespace, "link"]
    run([*in_namespace, "add", VOID, "type", "veth", "peer", "name", f"{VOID}-end"])
    run([*in_namespace, "set", VOID, "arp", "off", "up"])
    run([*in_namespace, "set", f"{VOID}-end", "up"])


def put_addresses(plan: Plan, namespace: str) -> None:
    """Give a namespace every address of the world that asks or is asked."""
    shared = plan.announced
    asking = [it for it in plan.hosts if it.role in (Role.CLIENT, Role.RESOLVER)]
    own = [*plan.hosts_at(SITE, Role.NAMESERVER), *plan.hosts_at(SITE, Role.ROOT)]
    for it in (*shared, *asking, *own):
        for address in (f"{it.address4}/32", f"{it.address6}/128"):
            run(["ip", "-n", namespace, "address", "add", address, "dev", "lo"])

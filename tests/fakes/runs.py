"""A run's records without a lab: followed fetches, caches and fidelity of a world."""

import random
from collections.abc import Iterator
from functools import cache
from ipaddress import IPv4Network
from pathlib import Path

import dns.edns
import dns.message
import dns.rrset
from fakes.captures import FlowScript, in_frame, udp_packet

from experiments.kit.clients.dns_client import Answer
from experiments.kit.clients.http_client import Fetch, Request
from experiments.kit.clients.visits import PATHS, Visit
from experiments.kit.fidelity.breaches import FidelityLog, LinkReading, PairReading
from experiments.kit.fidelity.sentinel import TimerWindow
from experiments.kit.names.caches import CacheRow, cache_rows, questions
from experiments.kit.names.steering import chain
from experiments.kit.packets.frame import Frame
from experiments.kit.results.provenance import Provenance
from experiments.kit.tracing.followed import Followed, Geography, follow
from topo.world.delay import shortest_paths
from topo.world.plan import Plan, Role, make_plan
from topo.world.probe_names import CACHED_TTL_S, SHORT_TTL_S, STEERED_TTL_S
from topo.world_file import load_world


@cache
def plan_of(world: str) -> Plan:
    return make_plan(load_world(world))


def fetches(plan: Plan) -> list[Followed]:
    """Return what a faithful lab yields for every client, family and path."""
    return list(_fetches(plan.world.name))


@cache
def _fetches(world: str) -> tuple[Followed, ...]:
    plan = plan_of(world)
    frames: list[Frame] = []
    visits = list(_visits(plan, frames))
    return tuple(follow(plan, visits, frames))


def _visits(plan: Plan, frames: list[Frame]) -> Iterator[Visit]:
    geography = Geography(plan)
    port = 40000
    for client in (host for host in plan.hosts if host.role is Role.CLIENT):
        site = geography.wanted(client.network).split("/")[0]
        rtt_ns = int(geography.rtt_ms[client.site, site] * 1e6) + 200_000
        balancers = plan.hosts_at(site, Role.BALANCER)
        backends = plan.hosts_at(site, Role.BACKEND)
        vip = next(vip for (_, at), vip in plan.vips.items() if at == site)
        for kind, address in (("A", vip.address4), ("AAAA", vip.address6)):
            for path in PATHS:
                port += 1
                large = path != "/"
                script = FlowScript(
                    client,
                    balancers[port % len(balancers)],
                    backends[port % len(backends)],
                    address,
                    port,
                    requests=10 if large else 4,
                    replies=16 if large else 3,
                    rtt_ns=rtt_ns,
                )
                frames += script.play().frames
                request = Request("www.frontlab.net", address, 80, path)
                body = 100_000 if large else 8
                fetched = Fetch(request, port, 200, body, rtt_ns / 1e6 * 3)
                yield Visit(client, kind, address, fetched)


def caches(plan: Plan) -> list[CacheRow]:
    """Return what resolvers do that keep TTLs exactly as each product is known to."""
    return list(_caches(plan.world.name))


@cache
def _caches(world: str) -> tuple[CacheRow, ...]:
    plan = plan_of(world)
    answers: list[Answer] = []
    frames: list[Frame] = []
    fresh: dict[tuple[str, str], float] = {}
    for ask in sorted(questions(plan, random.Random(1)), key=lambda it: it.at_s):
        resolver = next(h.name for h in plan.hosts if h.address4 == ask.server)
        way = chain(plan.world, resolver)
        steered = ask.name.startswith("steered")
        key = ask.name, ask.client if steered and way.sends_subnet else ""
        asked_s = STEERED_TTL_S if steered else CACHED_TTL_S
        if ask.name.startswith("short"):
            asked_s = SHORT_TTL_S
        ttl_s = way.ttl_s(asked_s)
        if key not in fresh or ask.at_s >= fresh[key]:
            fresh[key] = ask.at_s + ttl_s
            frames.append(authority_frame(plan, ask.name, ask.at_s))
            if steered and way.sends_subnet:
                subnet = plan.host(ask.client).subnet.network4
                frames.append(scope_frame(plan, ask.name, ask.at_s, subnet))
        left_s = int(fresh[key] - ask.at_s)
        answers.append(Answer(ask, ask.at_s + 0.01, (), left_s))
    return tuple(cache_rows(plan, answers, frames))


def authority_frame(plan: Plan, name: str, at_s: float) -> Frame:
    """Return an A question for `name` on its way to a nameserver."""
    server = next(host for host in plan.hosts if host.role is Role.NAMESERVER)
    labels = b"".join(bytes([len(it)]) + it.encode() for it in name.split("."))
    payload = bytes(4) + b"\0\1" + bytes(6) + labels + b"\0\0\1\0\1"
    source = plan.host(plan.world.resolvers[0].name).address4
    packet = udp_packet(source, plan.nameserver.address4, (5353, 53), payload)
    return in_frame(packet, server.name, True, int(at_s * 1e9) + 10**18)


def scope_frame(
    plan: Plan, name: str, at_s: float, subnet: IPv4Network, scope: int = 24
) -> Frame:
    """Return the answer of a nameserver that holds on the first `scope` bits."""
    server = next(host for host in plan.hosts if host.role is Role.NAMESERVER)
    address = str(subnet.network_address)
    option = dns.edns.ECSOption(address, subnet.prefixlen, scope)
    query = dns.message.make_query(name, "A", use_edns=0, options=[option])
    answer = dns.message.make_response(query)
    answer.use_edns(0, options=[option])
    answer.answer.append(dns.rrset.from_text(name + ".", 60, "IN", "A", "23.0.1.80"))
    target = plan.host(plan.world.resolvers[0].name).address4
    source = plan.nameserver.address4
    packet = udp_packet(source, target, (53, 5353), answer.to_wire())
    return in_frame(packet, server.name, False, int(at_s * 1e9) + 10**18 + 10**6)


def fidelity(plan: Plan, began_s: float = 0.0, p99_ms: float = 1.2) -> FidelityLog:
    """Return the log of a machine that is busy but faithful."""
    noise = random.Random(f"{began_s}")
    windows = tuple(
        TimerWindow(k + 1.0, 0.2, p99_ms * noise.uniform(0.6, 1.6), 6.0, 1.8)
        for k in range(12)
    )
    links = tuple(
        LinkReading(f"{a}-{b}>{b}-{a}", 1200, 0, 0, 0, 0.21)
        for link in plan.world.links
        for a, b in ((link.a, link.b), (link.b, link.a))
    )
    pairs = tuple(
        PairReading(a, b, ms, ms + noise.uniform(0.05, 0.4))
        for (a, b), ms in shortest_paths(plan.world).items()
        if a < b
    )
    return FidelityLog(began_s, windows, links, pairs, 0, 0.31)


def made_with(plan: Plan) -> Provenance:
    names = ("dsr_reply_paths", "resolver_caching")
    return Provenance(
        world=plan.world.name,
        experiments=names,
        seed=1,
        repeats=1,
        started="2026-11-23T08:30:00+00:00",
        commit="0123456789ab",
        content="fedcba987654",
        kernel="Linux 6.1.0",
        python="3.11.2",
        machine="x86_64, 2 cores",
        versions={"mininet": "2.3.1", "unbound (package)": "1.17.1-2"},
    )


PAGE = Path("report.html")

"""A plan as tables that people read; values are text, or plain for JSON."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .delay import shortest_paths
from .plan import Host, Plan
from .records import BalancerKind, ClientNetwork, Datacenter, Resolver, Shape, WanLink


@dataclass(frozen=True, slots=True)
class TextTable:
    """One table: its key in JSON, its title, the columns' heads, and the rows."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def records(self) -> list[dict[str, str]]:
        """Each row by its columns' heads."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Description:
    """All that there is to see of a plan."""

    name: str
    description: str
    tables: tuple[TextTable, ...]

    def as_json(self) -> dict[str, Any]:
        """One object: the world's name, and each table by its key."""
        tables = {it.key: it.records() for it in self.tables}
        return {"name": self.name, "description": self.description, **tables}


def describe(plan: Plan) -> Description:
    """The tables of a plan: places, links, round-trip times, roles and hosts."""
    tables = (
        _sites(plan),
        _routers(plan),
        _links(plan.world.links),
        _rtt_matrix(plan),
        _clients(plan),
        _resolvers(plan.world.resolvers),
        _anycasts(plan),
        _hosts(plan.hosts),
    )
    return Description(plan.world.name, plan.world.description, tables)


def _sites(plan: Plan) -> TextTable:
    datacenters = {it.site: it for it in plan.world.datacenters}

    def holds(site: str) -> tuple[str, str, str]:
        it = datacenters.get(site)
        if it is None:
            return "", "", ""
        return _balancers(it), str(it.backends), f"{it.capacity_rps:g} /s"

    rows = (
        (it.name, it.city, it.country, it.region, *holds(it.name))
        for it in plan.world.sites
    )
    heads = ("site", "city", "country", "region", "balancers", "backends", "capacity")
    return TextTable("sites", "sites", heads, tuple(rows))


def _balancers(it: Datacenter) -> str:
    words = [str(it.balancers)]
    if it.balancer is not BalancerKind.OURS:
        words.append(it.balancer)
    if it.shared_lan:
        words.append("on the servers' LAN")
    return " ".join(words)


def _routers(plan: Plan) -> TextTable:
    rows = (
        (it.site, it.switch, str(it.network4), str(it.network6), it.mac)
        for it in plan.routers
    )
    return TextTable(
        "routers", "routers", ("site", "switch", "IPv4", "IPv6", "MAC"), tuple(rows)
    )


def _links(links: Iterable[WanLink]) -> TextTable:
    rows = (
        (
            f"{it.a}-{it.b}",
            f"{it.rtt_ms:g}",
            _shape(it.forward),
            "" if it.forward == it.backward else _shape(it.backward),
            str(it.mtu),
        )
        for it in links
    )
    heads = ("link", "RTT ms", "each way", "way back, if other", "MTU")
    return TextTable("links", "links", heads, tuple(rows))


def _shape(it: Shape) -> str:
    words = [f"{it.delay_ms:g} ms"]
    if it.jitter_ms:
        words.append(f"+{it.jitter_ms:g} ms jitter")
    if it.loss:
        words.append(f"{it.loss * 100:g} % loss")
    if it.rate_mbit is not None:
        words.append(f"{it.rate_mbit:g} Mbit/s, queue {it.queue_ms:g} ms")
    return ", ".join(words)


def _rtt_matrix(plan: Plan) -> TextTable:
    rtt_ms = shortest_paths(plan.world)
    names = tuple(site.name for site in plan.world.sites)
    rows = ((a, *(f"{rtt_ms[a, b]:.4g}" for b in names)) for a in names)
    return TextTable(
        "rtt_ms", "RTT in ms over the shortest path", ("", *names), tuple(rows)
    )


def _clients(plan: Plan) -> TextTable:
    def sites(resolver: str) -> str:
        return " ".join(
            dict.fromkeys(it.site for it in plan.world.resolvers_named(resolver))
        )

    def row(it: ClientNetwork) -> tuple[str, ...]:
        subnet = plan.clients_of(it.name)[0].subnet
        return (
            *(it.name, it.site, str(it.hosts), str(subnet.network4)),
            *(it.resolver, sites(it.resolver)),
        )

    heads = ("clients", "site", "hosts", "IPv4", "resolver", "resolver at")
    return TextTable(
        "clients",
        "client networks",
        heads,
        tuple(row(it) for it in plan.world.client_networks),
    )


def _resolvers(resolvers: Iterable[Resolver]) -> TextTable:
    rows = (
        (
            *(it.name, it.site, str(it.kind), "on" if it.ecs else "off"),
            " ".join(it.forward_to),
            _clamp(it),
            _habits(it),
        )
        for it in resolvers
    )
    heads = (
        "resolver",
        "site",
        "kind",
        "ECS",
        "forwards to",
        "TTL kept within",
        "told",
    )
    return TextTable("resolvers", "resolvers", heads, tuple(rows))


def _clamp(it: Resolver) -> str:
    if it.min_ttl_s is None and it.max_ttl_s is None:
        return ""
    least = "" if it.min_ttl_s is None else f"{it.min_ttl_s} s"
    most = "" if it.max_ttl_s is None else f"{it.max_ttl_s} s"
    return f"{least}..{most}"


def _habits(it: Resolver) -> str:
    """What it is told to do otherwise than its product would."""
    words = []
    if it.prefetch is not None:
        words.append("prefetches" if it.prefetch else "never prefetches")
    if it.stale_s is not None:
        words.append(f"serves stale for {it.stale_s} s")
    if it.order:
        words.append(f"{it.order} order")
    if it.choice:
        words.append(f"asks {it.choice}")
    if it.replies_from_own:
        words.append("replies from its own address")
    return ", ".join(words)


def _anycasts(plan: Plan) -> TextTable:
    anycasts = (*plan.vips.values(), *plan.announced)
    rows = (
        (it.name, str(it.address4), str(it.address6), " ".join(it.members))
        for it in anycasts
    )
    heads = ("address of", "IPv4", "IPv6", "announced by")
    return TextTable("anycasts", "shared addresses", heads, tuple(rows))


def _hosts(hosts: Iterable[Host]) -> TextTable:
    rows = (
        (it.name, it.site, str(it.role), str(it.address4), str(it.address6))
        for it in hosts
    )
    heads = ("host", "site", "role", "IPv4", "IPv6")
    return TextTable("hosts", "hosts", heads, tuple(rows))

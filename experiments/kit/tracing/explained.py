"""Asking for a name in a running lab, and telling what became of the question."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any

from balancer.errors import ConfigError
from balancer.model import Address
from balancer.nameserver.loading.load import check_content
from balancer.suggest import did_you_mean
from balancer.wire.dns.names import name_from_text
from topo.lab.paths import role_folder
from topo.netlink.namespace import inside
from topo.render.nameservers import nameserver_kind
from topo.world.plan import Host, Plan, Role
from topo.world.records import NameserverKind

from ..clients.dns_exchange import Question, Reply, exchange
from ..packets.capture import Port, capturing
from ..packets.sighting import sightings
from .name_story import Hop, name_story
from .reasons import Reasons, reasons
from .unasked import Unasked, unasked

WATCHED = (Role.RESOLVER, Role.NAMESERVER)
PAYLOAD_SIZE = 1232


@dataclass(frozen=True, slots=True)
class Told:
    """A hop with what is known of its host, and of an authority's reasons."""

    hop: Hop
    site: str
    product: str
    reasons: Reasons | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """A question, its way, and its answer.

    Args:
        question: as the stub asked it.
        address: the client's; `site` is where it is.
        hops: those that ask before those asked.
        unasked: the authority, when the answer was in a cache; at most one.
        reply: None when none came.
        datacenter: to which the first address leads, or "".
    """

    question: Question
    address: Address
    site: str
    hops: tuple[Told, ...]
    unasked: tuple[Unasked, ...]
    reply: Reply | None
    datacenter: str

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        asked = self.question
        reply = None
        if self.reply is not None:
            addresses = [str(it) for it in self.reply.addresses]
            plain = {"addresses": addresses, "source": str(self.reply.source)}
            reply = {**asdict(self.reply), **plain, "datacenter": self.datacenter}
        return {
            "name": asked.name,
            "type": asked.kind,
            "client": asked.client,
            "address": str(self.address),
            "site": self.site,
            "asked": str(asked.server),
            "hops": [_hop_json(it) for it in self.hops],
            "unasked": [asdict(it) for it in self.unasked],
            "answer": reply,
        }


class Namespaces:
    """The hosts of the lab whose sandbox this process is in."""

    def inside(self, host: str) -> AbstractContextManager[None]:
        """Put this thread into the host's network namespace."""
        return inside(host)


def explain_name(plan: Plan, client: str, name: str, kind: str) -> Explained:
    """Have a client ask its resolver once, and follow the question.

    Must run in the lab's sandbox.

    Args:
        client: a host of a client network.
        name: absolute, or one of the world's own services.
        kind: "A" or "AAAA".

    Raises:
        ConfigError: there is no such client, or that is no name.
    """
    host = client_named(plan, client)
    absolute = absolute_name(name, plan.world.domain)
    server = plan.asked_by(host.network).address4
    question = Question(client, server, absolute, kind, PAYLOAD_SIZE)
    watched = [Port(it.name, it.port) for it in plan.hosts if it.role in WATCHED]
    with capturing(watched) as capture:
        reply = asyncio.run(exchange(Namespaces(), question))
    story = name_story(plan, host, absolute, kind, sightings(capture.frames))
    return Explained(
        question=question,
        address=host.address4,
        site=host.site,
        hops=tuple(_told(plan, question, hop) for hop in story),
        unasked=tuple(unasked(plan, (absolute, kind), story)),
        reply=reply,
        datacenter=_datacenter(plan, reply),
    )


def absolute_name(said: str, domain: str) -> str:
    """Return `said`, in `domain` if it has no dot; ConfigError if it is no name."""
    name = said.rstrip(".") if "." in said else f"{said}.{domain}"
    try:
        name_from_text(name)
    except ValueError as error:
        raise ConfigError(f"no name in DNS: {error}") from error
    return name


def client_named(plan: Plan, client: str) -> Host:
    """Return a host of a client network; ConfigError names the nearest, or all."""
    clients = {host.name: host for host in plan.hosts if host.role is Role.CLIENT}
    if client in clients:
        return clients[client]
    near = did_you_mean(client, clients) or f" (there are: {', '.join(clients)})"
    raise ConfigError(f"{client} is no client of this lab{near}")


def _told(plan: Plan, question: Question, hop: Hop) -> Told:
    host = plan.host(hop.exchange.host)
    if host.role is Role.RESOLVER:
        [resolver] = plan.world.resolvers_named(host.name)
        return Told(hop, host.site, resolver.kind.value)
    kind = nameserver_kind(plan, host.site)
    why = None
    if kind is NameserverKind.OURS:
        content = check_content(role_folder(host.name) / "dns.toml")
        asker = str(hop.exchange.asker), hop.exchange.subnet
        why = reasons(content, (question.name, question.kind), asker)
    return Told(hop, host.site, kind.value, why)


def _datacenter(plan: Plan, reply: Reply | None) -> str:
    addresses: Sequence[object] = reply.addresses[:1] if reply else ()
    for (_, site), vip in plan.vips.items():
        if {vip.address4, vip.address6} & set(addresses):
            return site
    return ""


def _hop_json(it: Told) -> dict[str, Any]:
    own, hop = it.hop.exchange, it.hop
    cached = {None: "authority", True: "hit", False: "miss"}[hop.cached]
    return {
        "host": own.host,
        "site": it.site,
        "product": it.product,
        "outcome": cached,
        "renews": hop.renews,
        "asked_at": str(own.asked_at),
        "asker": str(own.asker),
        "subnet": own.subnet,
        "scope": own.scope,
        "rcode": own.rcode,
        "addresses": list(own.addresses),
        "ttl_s": own.ttl_s,
        "took_ms": own.took_ms,
        "reasons": asdict(it.reasons) if it.reasons else None,
    }

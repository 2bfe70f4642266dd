"""What users do: ask a resolver for a name, then fetch from where they were told."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from balancer.model import Address
from topo.world.plan import Host, Plan, Role
from topo.world.records import Service

from .dns_client import Answer, Ask, ask_all
from .http_client import Fetch, Request, fetch
from .sockets import Hosts

SMALL, LARGE = "/", "/100k"
PATHS = (SMALL, SMALL, SMALL, LARGE)


@dataclass(frozen=True, slots=True)
class Visit:
    """A fetch by a client; `vip` is what its resolver told, None when it told nothing.

    `fetched` is None then.
    """

    client: Host
    kind: str
    vip: Address | None
    fetched: Fetch | None


async def visit_all(hosts: Hosts, plan: Plan, service: Service) -> list[Visit]:
    """Let every client resolve A and AAAA and fetch all `PATHS` from each."""
    name = f"{service.name}.{plan.world.domain}"
    answers = await ask_all(hosts, _asks(plan, name))
    order = {host.name: number for number, host in enumerate(plan.hosts)}
    answers.sort(key=lambda answer: (order[answer.ask.client], answer.ask.kind))
    visits = await asyncio.gather(
        *(_visit(hosts, plan, answer, service.port) for answer in answers)
    )
    return [visit for some in visits for visit in some]


def _asks(plan: Plan, name: str) -> Iterable[Ask]:
    for client in plan.hosts:
        if client.role is Role.CLIENT:
            server = plan.asked_by(client.network).address4
            for kind in ("A", "AAAA"):
                yield Ask(0.0, client.name, server, name, kind)


async def _visit(hosts: Hosts, plan: Plan, answer: Answer, port: int) -> list[Visit]:
    """Fetch one path after the other, as a browser without keep-alive would."""
    ask, client = answer.ask, plan.host(answer.ask.client)
    if not answer.addresses:
        return [Visit(client, ask.kind, None, None)]
    vip = answer.addresses[0]
    visits = []
    for path in PATHS:
        fetched = await fetch(hosts, client.name, Request(ask.name, vip, port, path))
        visits.append(Visit(client, ask.kind, vip, fetched))
    return visits

"""Answers of every size from every resolver and authority: one row for each."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from topo.world.plan import Host, Plan, Role
from topo.world.probe_names import SizedName, answer_octets, most_records, sized_names

from ..clients.dns_exchange import Question, exchange

if TYPE_CHECKING:
    from topo.lab.lab import Lab

PAYLOAD_SIZES = (None, 1232, 4096)
PLAIN_UDP, EDNS = 512, 11  # octets: of the most by UDP without EDNS0; of an OPT record


@dataclass(frozen=True, slots=True)
class SizeRow:
    """One question, by UDP and then by TCP.

    Args:
        asked: the host that was asked; `kind` its product, or "authority".
        type: of the records, of which the name has `count`; `most` fit into 512
            octets.
        taken: octets that the client takes by UDP; `edns` whether it said so.
        whole_octets: length of the answer with every record.
        octets: length of the answer by UDP; 0 when none came.
        truncated: whether it said so; `records` how many it had all the same.
        stream_records: how many came by TCP.
        rtt_ms: asked of the way from the client to the asked host.
        datagram_ms: until the answer by UDP; `stream_ms` by TCP, from its start.
    """

    asked: str
    kind: str
    type: str
    count: int
    most: int
    taken: int
    edns: bool
    whole_octets: int
    octets: int
    truncated: bool
    records: int
    stream_records: int
    rtt_ms: float
    datagram_ms: float
    stream_ms: float


def size_rows(lab: "Lab") -> list[SizeRow]:
    """Ask everybody for everything; those asked are asked at the same time."""
    return asyncio.run(_all_rows(lab))


async def _all_rows(lab: "Lab") -> list[SizeRow]:
    some = await asyncio.gather(
        *(_rows(lab, host, kind) for host, kind in _asked(lab.plan))
    )
    return [row for rows in some for row in rows]


def _asked(plan: Plan) -> Iterator[tuple[Host, str]]:
    """Every resolver, and one authoritative server of each product."""
    for resolver in plan.world.resolvers:
        if not resolver.replies_from_own:
            yield plan.host(resolver.name), resolver.kind.value
    first = {it.nameserver: it.site for it in reversed(plan.world.datacenters)}
    for product, site in first.items():
        [host] = plan.hosts_at(site, Role.NAMESERVER)
        yield host, f"authority ({product})"


def distant_client(plan: Plan, host: Host) -> Host:
    """Return a client of another site, so that round trips show; else any."""
    clients = [it for it in plan.hosts if it.role is Role.CLIENT]
    return next((it for it in clients if it.site != host.site), clients[0])


async def _rows(lab: "Lab", host: Host, kind: str) -> list[SizeRow]:
    client = distant_client(lab.plan, host)
    return [
        await _row(lab, (host, kind), client, sized, size)
        for sized in sized_names(lab.world.domain)
        for size in PAYLOAD_SIZES
    ]


async def _row(
    lab: "Lab",
    asked: tuple[Host, str],
    client: Host,
    sized: SizedName,
    size: int | None,
) -> SizeRow:
    host, kind = asked
    plain = Question(client.name, host.address4, sized.name, sized.type, size)
    await exchange(lab, plain)  # From here on the answer is in the cache.
    by_udp = await exchange(lab, plain)
    stream = Question(
        client.name, host.address4, sized.name, sized.type, size, stream=True
    )
    by_tcp = await exchange(lab, stream)
    extra = 0 if size is None else EDNS
    return SizeRow(
        asked=host.name,
        kind=kind,
        type=sized.type,
        count=sized.count,
        most=most_records(sized.name, sized.type),
        taken=size or PLAIN_UDP,
        edns=size is not None,
        whole_octets=answer_octets(sized.name, sized.type, sized.count) + extra,
        octets=by_udp.octets if by_udp else 0,
        truncated=bool(by_udp and by_udp.truncated),
        records=len(by_udp.addresses) if by_udp else 0,
        stream_records=len(by_tcp.addresses) if by_tcp else 0,
        rtt_ms=_rtt_ms(lab, client, host),
        datagram_ms=round(by_udp.elapsed_ms, 3) if by_udp else 0.0,
        stream_ms=round(by_tcp.elapsed_ms, 3) if by_tcp else 0.0,
    )


def _rtt_ms(lab: "Lab", a: Host, b: Host) -> float:
    asked = {frozenset((it.a, it.b)): it.asked_ms for it in lab.links}
    return asked.get(frozenset((a.site, b.site)), 0.0)

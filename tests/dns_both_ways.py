"""A query answered without a detour, and the long way, which must say the same."""

from functools import partial

from balancer.nameserver.answering.answered import Answer
from balancer.nameserver.answering.considered import Considered
from balancer.nameserver.answering.direct import find_direct
from balancer.nameserver.answering.options import asker_of, read_options
from balancer.nameserver.content.authority import Authority
from balancer.nameserver.zones.resolve import resolve
from balancer.wire.dns.query import Query

NOW_S = 1_800_000_000
FRA, IAD = SOURCES = "11.1.3.10", "11.2.3.10"


def both_ways(
    server: Authority, query: Query, stream: bool = False, source: str = FRA
) -> tuple[Answer | None, Answer]:
    """Return both answers; None: there is only the long way."""
    asked = read_options(server, query.edns, source, NOW_S)
    short = find_direct(server.zones, query, source, asked)
    asker = partial(asker_of, source, asked)
    finding = resolve(server.zones, query.question, asker)
    long = Considered(query, finding, asked)
    if short is None:
        return None, long.write(server, NOW_S, stream)
    assert short.likeness == long.likeness
    assert short.is_proven == long.is_proven
    return short.write(server, NOW_S, stream), long.write(server, NOW_S, stream)

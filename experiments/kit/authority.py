"""What the authoritative servers were asked, from the packets at their ports."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from balancer.errors import WireError
from balancer.model import Protocol
from balancer.wire.cursor import Cursor
from balancer.wire.dns.codes import Type
from balancer.wire.dns.names import name_to_text
from balancer.wire.dns.query import HEADER, Question

from .sighting import Sighting

DNS_PORT = 53
# A resolver that hears nothing asks again; what comes sooner than this is a retry
# of the same question, not the next one: no probe name's TTL is this short.
RETRY_NS = 900_000_000


@dataclass(frozen=True, slots=True)
class AuthorityQuery:
    """A question for an A record that reached an authoritative server."""

    time_ns: int
    name: str


def authority_queries(sightings: Iterable[Sighting]) -> list[AuthorityQuery]:
    """Return the A questions among `sightings`, names in lower case."""
    found = []
    for it in sightings:
        is_query = it.frame.to_host and it.flow.destination_port == DNS_PORT
        if is_query and it.protocol is Protocol.UDP:
            question = _question(it.payload)
            if question is not None and question.type == Type.A:
                # Some resolvers mix the case of names (0x20), and names fold theirs.
                name = name_to_text(question.name.lower())
                found.append(AuthorityQuery(it.frame.time_ns, name))
    return found


def times_by_name(
    queries: Iterable[AuthorityQuery], retry_ns: int = 0
) -> Mapping[str, Sequence[int]]:
    """Return when each name was asked for, in ns; retries within `retry_ns` left out.

    With client subnets, questions that come together are not retries: pass 0.
    """
    times: dict[str, list[int]] = defaultdict(list)
    for query in sorted(queries, key=lambda query: query.time_ns):
        before = times[query.name]
        if not before or query.time_ns - before[-1] >= retry_ns:
            before.append(query.time_ns)
    return times


def _question(payload: bytes) -> Question | None:
    try:
        return Question.read(Cursor(payload, HEADER.size))
    except WireError:
        return None

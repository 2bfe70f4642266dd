"""What the authoritative servers were asked and told, from packets at their ports."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network

import dns.edns
import dns.exception
import dns.message
import dns.rdatatype

from balancer.errors import WireError
from balancer.model import Network, Protocol
from balancer.wire.cursor import Cursor
from balancer.wire.dns.codes import Type
from balancer.wire.dns.names import name_to_text
from balancer.wire.dns.query import HEADER, Question

from ..packets.sighting import Sighting

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


@dataclass(frozen=True, slots=True)
class ToldScope:
    """An authoritative answer for one client subnet; `scope` is where it holds.

    RFC 7871 7.2.1: a resolver may give the answer to all of `scope`, and to no more.
    """

    name: str
    subnet: Network
    scope: Network


def told_scopes(sightings: Iterable[Sighting]) -> list[ToldScope]:
    """Return the answers among `sightings` that are for a client subnet, in order."""
    found = []
    for it in sightings:
        is_answer = not it.frame.to_host and it.flow.source_port == DNS_PORT
        if is_answer and it.protocol is Protocol.UDP:
            found += _scopes(it.payload)
    return found


def queries_wanted(subnets: Iterable[Network], told: Sequence[ToldScope]) -> int:
    """Return how often the authority must be asked for `subnets`, in this order.

    A subnet inside a scope that was told before needs no query.
    """
    known: list[Network] = []
    wanted = 0
    for subnet in subnets:
        if any(_within(subnet, scope) for scope in known):
            continue
        wanted += 1
        known += [it.scope for it in told if _within(subnet, it.subnet)][:1]
    return wanted


def times_by_name(queries: Iterable[AuthorityQuery]) -> Mapping[str, Sequence[int]]:
    """Return when each name was asked for, in ns, without retries."""
    times: dict[str, list[int]] = defaultdict(list)
    for query in sorted(queries, key=lambda query: query.time_ns):
        before = times[query.name]
        if not before or query.time_ns - before[-1] >= RETRY_NS:
            before.append(query.time_ns)
    return times


def _scopes(payload: bytes) -> list[ToldScope]:
    try:
        message = dns.message.from_wire(payload)
    except dns.exception.DNSException:
        return []
    name = message.question[0].name.to_text(omit_final_dot=True).lower()
    return [
        ToldScope(name, _network(it, it.srclen), _network(it, it.scopelen))
        for it in message.options
        if isinstance(it, dns.edns.ECSOption)
        and message.question[0].rdtype == dns.rdatatype.A
    ]


def _network(option: dns.edns.ECSOption, length: int) -> Network:
    return ip_network(f"{option.address}/{length}", strict=False)


def _within(subnet: Network, scope: Network) -> bool:
    same = subnet.version == scope.version
    return (
        same
        and subnet.prefixlen >= scope.prefixlen
        and (subnet.network_address in scope)
    )


def _question(payload: bytes) -> Question | None:
    try:
        return Question.read(Cursor(payload, HEADER.size))
    except WireError:
        return None

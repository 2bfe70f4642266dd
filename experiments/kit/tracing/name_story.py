"""The way of one question for a name, hop by hop, from packets at the hosts' ports."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

import dns.edns
import dns.exception
import dns.message
import dns.rcode
import dns.rdatatype

from balancer.model import Address, Protocol
from topo.world.plan import Host, Plan, Role

from ..packets.sighting import Sighting

DNS_PORT = 53
HOPS_MAX = 16  # a question that goes further goes round in circles


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question that reached a host, and what it answered.

    Args:
        host: that was asked, at `asked_at`; `asker` is the address that asked.
        subnet: the client subnet that came with it (RFC 7871), or "".
        asked_ns: when it came; `answered_ns` when the answer left, None: it did not.
        rcode: of the answer, by name, or "".
        addresses: that were answered; `ttl_s` their TTL.
        scope: the prefix for which the answer holds, or "" when it says none.
    """

    host: str
    asked_at: Address
    asker: Address
    subnet: str
    asked_ns: int
    answered_ns: int | None = None
    rcode: str = ""
    addresses: tuple[str, ...] = ()
    ttl_s: int | None = None
    scope: str = ""

    @property
    def took_ms(self) -> float | None:
        """From question to answer, at the host's own port."""
        if self.answered_ns is None:
            return None
        return round((self.answered_ns - self.asked_ns) / 1e6, 3)


@dataclass(frozen=True, slots=True)
class Hop:
    """An exchange in the story, with what it called for further on.

    `cached` is whether the host answered by itself; None for an authority. `renews` is
    whether it asked further on after it had answered.
    """

    exchange: Exchange
    cached: bool | None
    renews: bool = False


def name_story(
    plan: Plan, client: Host, name: str, kind: str, seen: Iterable[Sighting]
) -> list[Hop]:
    """Return the hops of a client's question, those that ask before those asked.

    Args:
        seen: what the ports of resolvers and nameservers saw, in order of time.
    """
    exchanges = list(_exchanges(plan, name.lower(), kind, list(seen)))
    hops: list[Hop] = []
    askers = [{client.address4, client.address6}]
    while askers and len(hops) < HOPS_MAX:
        own = askers.pop(0)
        for it in (it for it in exchanges if it.asker in own):
            host = plan.host(it.host)
            mine = {host.address4, host.address6}
            further = [other for other in exchanges if other.asker in mine]
            hops.append(_hop(it, host, further))
            if further and mine not in askers:
                askers.append(mine)
    return hops


def _hop(it: Exchange, host: Host, further: Sequence[Exchange]) -> Hop:
    if host.role is Role.NAMESERVER:
        return Hop(it, None)
    before = [
        other
        for other in further
        if it.answered_ns is None or other.asked_ns < it.answered_ns
    ]
    return Hop(it, cached=not before, renews=bool(further) and not before)


def _exchanges(
    plan: Plan, name: str, kind: str, seen: Sequence[Sighting]
) -> Iterator[Exchange]:
    """Match questions with answers by addresses, ports and identifier."""
    ports = {
        host.port: host.name
        for host in plan.hosts
        if host.role in (Role.RESOLVER, Role.NAMESERVER)
    }
    for position, it in enumerate(seen):
        if not (it.frame.port in ports and it.frame.to_host and _is_query(it)):
            continue
        question = _read(it.payload)
        if question is None or not _asks(question, name, kind):
            continue
        answer = _answer(it, seen[position + 1 :])
        yield _exchange(ports[it.frame.port], it, question, answer)


def _is_query(it: Sighting) -> bool:
    return it.protocol is Protocol.UDP and it.flow.destination_port == DNS_PORT


def _asks(message: dns.message.Message, name: str, kind: str) -> bool:
    return any(
        it.name.to_text(omit_final_dot=True).lower() == name
        and it.rdtype == dns.rdatatype.from_text(kind)
        for it in message.question
    )


def _answer(query: Sighting, later: Iterable[Sighting]) -> Sighting | None:
    """The answer to a question, from whichever of the host's addresses it comes."""
    for it in later:
        same_port = it.frame.port == query.frame.port and not it.frame.to_host
        back = (it.flow.destination, it.flow.destination_port, it.flow.source_port)
        asked = (query.flow.source, query.flow.source_port, DNS_PORT)
        if same_port and back == asked and it.payload[:2] == query.payload[:2]:
            return it
    return None


def _exchange(
    host: str, query: Sighting, question: dns.message.Message, answer: Sighting | None
) -> Exchange:
    found = _read(answer.payload) if answer else None
    rrsets = (
        [it for it in found.answer if it.rdtype == found.question[0].rdtype]
        if found
        else []
    )
    return Exchange(
        host=host,
        asked_at=query.flow.destination,
        asker=query.flow.source,
        subnet=_subnet(question, "srclen"),
        asked_ns=query.frame.time_ns,
        answered_ns=answer.frame.time_ns if answer else None,
        rcode=dns.rcode.to_text(found.rcode()) if found else "",
        addresses=tuple(str(ip_address(str(it))) for rrset in rrsets for it in rrset),
        ttl_s=min((it.ttl for it in rrsets), default=None),
        scope=_subnet(found, "scopelen") if found else "",
    )


def _subnet(message: dns.message.Message, length: str) -> str:
    for it in message.options:
        if isinstance(it, dns.edns.ECSOption):
            prefix = f"{it.address}/{getattr(it, length)}"
            return str(ip_network(prefix, strict=False))
    return ""


def _read(payload: bytes) -> dns.message.Message | None:
    try:
        return dns.message.from_wire(payload, ignore_trailing=True)
    except dns.exception.DNSException:
        return None  # Not DNS, or cut short by the capture.

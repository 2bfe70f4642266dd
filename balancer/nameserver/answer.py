"""From a query's bytes to a response's bytes, for every query there is; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..errors import WireError
from ..wire.dns.codes import Opcode, OptionCode, Rcode
from ..wire.dns.edns import IP_VERSION, ClientSubnet, Edns, Option
from ..wire.dns.query import HEADER, RESPONSE, Header, Query
from ..wire.dns.response import Response
from .policies import ClientAddress
from .resolve import Finding, Outcome, resolve
from .zone import Zone

PLAIN_PAYLOAD_OCTETS = 512  # RFC 1035 4.2.1: UDP without EDNS0
# Fits an IPv6 packet of minimal MTU unfragmented (DNS Flag Day 2020).
EDNS_PAYLOAD_OCTETS = 1232
STREAM_PAYLOAD_OCTETS = 65535
EDNS_VERSION = 0

Zones = Mapping[bytes, Zone]


@dataclass(frozen=True, slots=True)
class Drop:
    """No response: it is none of a query's business to be answered, or too short."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, and what the counters need to know about it."""

    wire: bytes
    outcome: Outcome
    truncated: bool = False
    client_subnet: bool = False


def answer(
    zones: Zones, data: bytes, source: ClientAddress, stream: bool = False
) -> Answer | Drop:
    """Return the response to the message `data`.

    Args:
        zones: what we are authoritative for, by apex.
        data: the message, without the length that TCP puts before it.
        source: the sender's address; it stands for clients without a subnet.
        stream: whether it came by TCP, where nothing is truncated.
    """
    # Responses are never answered, lest two servers answer each other for ever.
    if len(data) < HEADER.size or data[2] & RESPONSE >> 8:
        return Drop()
    header = Header.from_wire(data)
    if header.opcode != Opcode.QUERY:
        return _refuse_header(header, Rcode.NOTIMP, Outcome.NOTIMP)
    try:
        query = Query.from_wire(data)
    except WireError:
        return _refuse_header(header, Rcode.FORMERR, Outcome.FORMERR)
    return _answer_query(zones, query, source, stream)


def _answer_query(
    zones: Zones, query: Query, source: ClientAddress, stream: bool
) -> Answer:
    if query.edns is not None and query.edns.version > EDNS_VERSION:
        return _respond(query, Finding(Outcome.BADVERS), None, stream)
    try:
        subnet = _client_subnet(query.edns)
    except WireError:
        return _respond(query, Finding(Outcome.FORMERR), None, stream)
    client = source
    if subnet is not None and subnet.source_prefix_length:
        client = ClientAddress(IP_VERSION[subnet.family], subnet.value)
    finding = resolve(zones, query.question, client)
    return _respond(query, finding, subnet, stream)


def _client_subnet(edns: Edns | None) -> ClientSubnet | None:
    data = None if edns is None else edns.option(OptionCode.CLIENT_SUBNET)
    if data is None:
        return None
    subnet = ClientSubnet.from_wire(data)
    if subnet.scope_prefix_length:
        raise WireError("client subnet with a scope in a query")
    return subnet


def _respond(
    query: Query, finding: Finding, subnet: ClientSubnet | None, stream: bool
) -> Answer:
    response = Response(
        query.header,
        query.question,
        finding.rcode,
        finding.sections,
        finding.authoritative,
        _own_edns(query.edns, subnet, finding.scope_prefix_length),
    )
    wire, truncated = response.to_wire(_limit(query.edns, stream))
    return Answer(wire, finding.outcome, truncated, subnet is not None)


def _own_edns(
    asked: Edns | None, subnet: ClientSubnet | None, scope: int
) -> Edns | None:
    if asked is None:
        return None
    options: tuple[Option, ...] = ()
    if subnet is not None:
        # RFC 7871 7.1.2: who sends source prefix length 0 gets scope 0.
        scope = scope if subnet.source_prefix_length else 0
        echo = replace(subnet, scope_prefix_length=scope)
        options = (Option(OptionCode.CLIENT_SUBNET, echo.to_wire()),)
    # DO is copied although nothing is signed (RFC 3225, section 3).
    return Edns(EDNS_PAYLOAD_OCTETS, EDNS_VERSION, asked.dnssec_ok, options)


def _limit(edns: Edns | None, stream: bool) -> int:
    if stream:
        return STREAM_PAYLOAD_OCTETS
    if edns is None:
        return PLAIN_PAYLOAD_OCTETS
    # RFC 6891 6.2.3: a size below 512 counts as 512.
    return min(max(edns.payload_size, PLAIN_PAYLOAD_OCTETS), EDNS_PAYLOAD_OCTETS)


def _refuse_header(header: Header, rcode: Rcode, outcome: Outcome) -> Answer:
    """Answer with a header alone: the rest of the message was not understood."""
    wire, _ = Response(header, None, rcode).to_wire(PLAIN_PAYLOAD_OCTETS)
    return Answer(wire, outcome)

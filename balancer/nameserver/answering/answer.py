"""From a query's bytes to a response's bytes, for every query there is; pure."""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from ...errors import WireError
from ...wire.cursor import Cursor
from ...wire.dns.codes import Class, Opcode, Rcode, Type
from ...wire.dns.edns import IP_VERSION, ClientSubnet, Edns
from ...wire.dns.query import (
    HEADER,
    MAX_RECORDS,
    RESPONSE,
    Header,
    Query,
    read_additional,
)
from ...wire.dns.response import Response, Sections
from ..content.authority import Authority
from ..dnssec.prove import prove
from ..policies.asker import Asker, ClientAddress
from ..protection.budget import Spent
from ..telemetry.tallies import NO_SCOPE, OTHER, TYPE_NAMES, About, scope_of
from ..transfer.axfr import TRANSFERS, transferred_zone
from ..zones.resolve import Finding, Matter, Outcome, resolve
from .options import (
    EDNS_PAYLOAD_OCTETS,
    EDNS_VERSION,
    NOTHING_ASKED,
    OWN_OPT,
    Asked,
    own_opt,
    read_options,
)

PLAIN_PAYLOAD_OCTETS = 512  # RFC 1035 4.2.1: UDP without EDNS0
STREAM_PAYLOAD_OCTETS = 65535
# To look one up in its enumeration takes ten times as long.
QUERY, CHAOS, ANY_CLASS = Opcode.QUERY, Class.CHAOS, Class.ANY
BADVERS, FORMERR = Finding(Outcome.BADVERS), Finding(Outcome.FORMERR)
NOTAUTH, REFUSED = Finding(Outcome.NOTAUTH), Finding(Outcome.REFUSED)


@dataclass(frozen=True, slots=True)
class Drop:
    """No response: it is none of a query's business to be answered, or too short."""


DROP = Drop()


class Answer(NamedTuple):
    """A response, and what the counters need to know about it."""

    wire: bytes
    outcome: Outcome
    truncated: bool = False
    about: About | None = None  # a question that was understood
    cookie: bool = False
    is_proven: bool = False  # a cookie showed that the source address is the client's


class Considered(NamedTuple):
    """A query and what there is to it, not yet signed or written."""

    query: Query
    finding: Finding
    asked: Asked = NOTHING_ASKED

    @property
    def scope_prefix_length(self) -> int:
        """Where the answer is the same, in bits of the client's subnet."""
        # RFC 7871 7.1.2: who sends source prefix length 0 gets scope 0.
        is_told = self.asked.subnet and self.asked.subnet.source_prefix_length
        return self.finding.scope_prefix_length if is_told else 0

    @property
    def is_proven(self) -> bool:
        """Whether a cookie showed that the source address is the client's."""
        return self.asked.cookie is not None and self.asked.cookie.is_proven

    def answer(
        self, wire: bytes, is_truncated: bool = False, outcome: Outcome | None = None
    ) -> Answer:
        """Return the answer that is written so, with the outcome of its proof."""
        query, finding, (subnet, cookie, *_) = self
        type_, scope = query.question.type, NO_SCOPE
        if type_ not in TYPE_NAMES:
            type_ = OTHER
        if subnet is not None:
            scope = scope_of(subnet.family, self.scope_prefix_length)
        about = tuple.__new__(About, (type_, finding.policy, finding.site, scope))
        outcome = outcome or finding.outcome
        is_proven = cookie is not None and cookie.is_proven
        parts = wire, outcome, is_truncated, about, cookie is not None, is_proven
        return tuple.__new__(Answer, parts)

    @property
    def likeness(self) -> bytes:
        """What responses of the same content share, however one asks for them."""
        return self.finding.likeness(self.query.question)

    def cut(self, opt: bytes | None = None) -> Answer:
        """Return a response that says "ask by TCP", with these options if any."""
        header, question, theirs, *_ = self.query
        if opt is None:
            opt = OWN_OPT[theirs.dnssec_ok] if theirs else b""
        wire = Response(header, question, Rcode.NOERROR, opt=opt).cut()
        return self.answer(wire, is_truncated=True)


def answer(
    authority: Authority, data: bytes, source: str, now_s: int, stream: bool = False
) -> Answer | Drop:
    """Return the response to the message `data`.

    Args:
        authority: what we are authoritative for.
        data: the message, without the length that TCP puts before it.
        source: the sender's address; it stands for clients without a subnet.
        now_s: seconds since 1970.
        stream: whether it came by TCP, where nothing is truncated.
    """
    found = consider(authority, data, source, now_s)
    if isinstance(found, Considered):
        return write(authority, found, now_s, stream)
    return found


def consider(
    authority: Authority, data: bytes, source: str, now_s: int
) -> Considered | Answer | Drop:
    """Return what there is to a message; an answer, if it is some mistake.

    Nothing that is dear has been done by then; who wants no answer leaves it at that.

    Args:
        authority: what is answered from.
        data: the message, any octets.
        source: the address that it came from, as text.
        now_s: seconds since 1970.
    """
    # Responses are never answered, lest two servers answer each other for ever.
    if len(data) < HEADER.size or data[2] & RESPONSE >> 8:
        return DROP
    header = Header.from_wire(data)
    if header.opcode != QUERY:
        return _refuse_header(header, Rcode.NOTIMP, Outcome.NOTIMP, _opt_to(data))
    try:
        if header.questions == 0:
            return _answer_cookie_alone(authority, data, source, now_s)
        query = Query.from_wire(data, header)
    except WireError:
        return _refuse_header(header, Rcode.FORMERR, Outcome.FORMERR)
    if query.edns is not None and query.edns.version > EDNS_VERSION:
        return write(authority, Considered(query, BADVERS), now_s)
    if query.unknown_key:
        return write(authority, Considered(query, NOTAUTH), now_s)
    try:
        asked = read_options(authority, query.edns, source, now_s)
    except WireError:
        return write(authority, Considered(query, FORMERR), now_s)
    finding = _find(authority, query, source, asked)
    return tuple.__new__(Considered, (query, finding, asked))


def write(
    authority: Authority, found: Considered, now_s: int, stream: bool = False
) -> Answer:
    """Sign, if that is wanted, and write the response.

    Args:
        authority: what is answered from.
        found: what `consider` has returned.
        now_s: seconds since 1970, for signatures.
        stream: whether it goes by TCP, where nothing is truncated.
    """
    query, finding, asked = found
    header, question, edns, _, key = query
    limit = _limit(edns, stream)
    opt = b""
    if edns is not None:
        opt = own_opt(authority, edns, asked, found.scope_prefix_length, stream)
        # What will be truncated need not be signed.
        is_long = finding.sections.answers and finding.sections.least_octets > limit
        if edns.dnssec_ok and not is_long:
            # Who comes by TCP, or returns our cookie, is where it says it is.
            is_forgeable = not (stream or found.is_proven)
            budget = authority.budget if is_forgeable else None
            try:
                finding = prove(finding, question.type, now_s, edns.compact_ok, budget)
            except Spent:
                # With the cookie, whose return would have spared the budget.
                return found.cut(opt)
    # RFC 1035 6.2: nobody has authority for all classes.
    is_ours = finding.is_authoritative and question.class_ != ANY_CLASS
    parts = header, question, finding.rcode, finding.sections, is_ours, opt, key
    wire, is_truncated = tuple.__new__(Response, parts).to_wire(limit)
    return found.answer(wire, is_truncated, finding.outcome)


def truncated_answer(data: bytes) -> bytes | None:
    """Return a response that says "ask by TCP" and no more; None: to no query."""
    try:
        query = Query.from_wire(data)
    except WireError:
        return None
    return Considered(query, FORMERR).cut().wire


def _find(authority: Authority, query: Query, source: str, asked: Asked) -> Finding:
    if query.question.class_ == CHAOS:
        own = authority.about_itself(query.question)
        return Finding(Outcome.ANSWERS, Sections(answers=(own,))) if own else REFUSED
    if query.question.type in TRANSFERS:
        return _find_serial(authority, query, source)
    asker = partial(_asker, source, asked.subnet)
    return resolve(authority.zones, query.question, asker)


def _asker(source: str, subnet: ClientSubnet | None) -> Asker:
    client = resolver = ClientAddress.from_text(source)
    if subnet is not None and subnet.source_prefix_length:
        client = ClientAddress(IP_VERSION[subnet.family], subnet.value)
    return Asker(client, resolver)


def _find_serial(authority: Authority, query: Query, source: str) -> Finding:
    """Answer who may have a zone, but does not get it in one datagram, or has it."""
    zone = transferred_zone(authority, query, source)
    if zone is None or query.question.type != Type.IXFR:
        is_ours = query.question.name.lower() in authority.zones.by_apex
        return REFUSED if is_ours else NOTAUTH  # RFC 5936, section 2.2.1
    sections = Sections(answers=(zone.soa,))
    return Finding(Outcome.ANSWERS, sections, 0, Matter(zone))


def _answer_cookie_alone(
    authority: Authority, data: bytes, source: str, now_s: int
) -> Answer:
    """Answer who asks for nothing but a server cookie (RFC 7873, section 5.4)."""
    header = Header.from_wire(data)
    if header.answers or header.authorities or header.additionals > MAX_RECORDS:
        raise WireError("no question, but records")
    edns, _ = read_additional(Cursor(data, HEADER.size), header.additionals)
    if edns is None:
        raise WireError("neither a question nor options")
    cookie = read_options(authority, edns, source, now_s).cookie
    opt = own_opt(authority, edns, Asked(cookie=cookie), 0)
    if cookie is None:
        return _refuse_header(header, Rcode.FORMERR, Outcome.FORMERR, opt)
    wire = Response(header, None, Rcode.NOERROR, opt=opt).to_wire(PLAIN_PAYLOAD_OCTETS)
    return Answer(wire[0], Outcome.NODATA, cookie=True, is_proven=cookie.is_proven)


def _limit(edns: Edns | None, stream: bool) -> int:
    if stream:
        return STREAM_PAYLOAD_OCTETS
    if edns is None:
        return PLAIN_PAYLOAD_OCTETS
    # RFC 6891 6.2.3: a size below 512 counts as 512.
    return min(max(edns.payload_size, PLAIN_PAYLOAD_OCTETS), EDNS_PAYLOAD_OCTETS)


def _opt_to(data: bytes) -> bytes:
    """Return the OPT record for who sent one, with whatever opcode."""
    try:
        edns = Query.from_wire(data).edns
    except WireError:
        return b""
    return OWN_OPT[edns.dnssec_ok] if edns else b""  # RFC 6891, section 6.1.1


def _refuse_header(
    header: Header, rcode: Rcode, outcome: Outcome, opt: bytes = b""
) -> Answer:
    """Answer without a question: what there was of one was not understood."""
    wire, _ = Response(header, None, rcode, opt=opt).to_wire(PLAIN_PAYLOAD_OCTETS)
    return Answer(wire, outcome)

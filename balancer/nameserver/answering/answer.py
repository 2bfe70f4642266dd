"""From a query's bytes to a response's bytes, for every query there is; pure."""

from dataclasses import dataclass
from functools import partial

from ...errors import WireError
from ...wire.cursor import Cursor
from ...wire.dns.codes import Class, Rcode, Type
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
from ..transfer.axfr import TRANSFERS, transferred_zone
from ..zones.finding import Finding, Matter, Outcome
from ..zones.resolve import resolve
from .answered import PLAIN_PAYLOAD_OCTETS, Answer, cut
from .considered import Considered
from .direct import Direct, find_direct
from .options import (
    EDNS_VERSION,
    NOTHING_ASKED,
    OWN_OPT,
    Asked,
    asker_of,
    own_opt,
    read_options,
)

# To look one up in its enumeration takes ten times as long.
CHAOS = Class.CHAOS
OPCODE_BITS = 0x78  # of the third octet; 0 is QUERY
BADVERS, FORMERR = Finding(Outcome.BADVERS), Finding(Outcome.FORMERR)
NOTAUTH, REFUSED = Finding(Outcome.NOTAUTH), Finding(Outcome.REFUSED)


@dataclass(frozen=True, slots=True)
class Drop:
    """No response: it is none of a query's business to be answered, or too short."""


DROP = Drop()


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
    if isinstance(found, Answer | Drop):
        return found
    return found.write(authority, now_s, stream)


def consider(
    authority: Authority, data: bytes, source: str, now_s: int
) -> Direct | Considered | Answer | Drop:
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
    header = tuple.__new__(Header, HEADER.unpack_from(data))
    if data[2] & OPCODE_BITS:
        return _refuse_header(header, Rcode.NOTIMP, Outcome.NOTIMP, _opt_to(data))
    try:
        if header.questions == 0:
            return _answer_cookie_alone(authority, data, source, now_s)
        query = Query.from_wire(data, header)
    except WireError:
        return _refuse_header(header, Rcode.FORMERR, Outcome.FORMERR)
    asked, edns = NOTHING_ASKED, query.edns
    if query.unknown_key or (edns is not None and (edns.version or edns.options)):
        more = _read_more(authority, query, source, now_s)
        if isinstance(more, Finding):
            return Considered(query, more).write(authority, now_s)
        asked = more
    found = find_direct(authority.zones, query, source, asked)
    return found or _consider_further(authority, query, source, asked)


def _read_more(
    authority: Authority, query: Query, source: str, now_s: int
) -> Asked | Finding:
    """Return what the options of a query ask for; a finding, if it is some mistake."""
    if query.edns is not None and query.edns.version > EDNS_VERSION:
        return BADVERS
    if query.unknown_key:
        return NOTAUTH
    try:
        return read_options(authority, query.edns, source, now_s)
    except WireError:
        return FORMERR


def truncated_answer(data: bytes) -> bytes | None:
    """Return a response that says "ask by TCP" and no more; None: to no query."""
    try:
        query = Query.from_wire(data)
    except WireError:
        return None
    return cut(query)


def _consider_further(
    authority: Authority, query: Query, source: str, asked: Asked
) -> Considered:
    if query.question.class_ == CHAOS:
        own = authority.about_itself(query.question)
        answers = Finding(Outcome.ANSWERS, Sections(answers=(own,))) if own else None
        finding = answers or REFUSED
    elif query.question.type in TRANSFERS:
        finding = _find_serial(authority, query, source)
    else:
        asker = partial(asker_of, source, asked)
        finding = resolve(authority.zones, query.question, asker)
    return tuple.__new__(Considered, (query, finding, asked))


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

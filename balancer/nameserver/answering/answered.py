"""Answers as they leave: their octets, and what is counted of them."""

from typing import NamedTuple

from ...wire.dns.codes import Rcode
from ...wire.dns.edns import Edns
from ...wire.dns.query import Query
from ...wire.dns.response import Response
from ..telemetry.tallies import NO_SCOPE, OTHER, TYPE_NAMES, About, scope_of
from ..zones.finding import Outcome
from .options import EDNS_PAYLOAD_OCTETS, OWN_OPT, Asked

PLAIN_PAYLOAD_OCTETS = 512  # RFC 1035 4.2.1: UDP without EDNS0
STREAM_PAYLOAD_OCTETS = 65535


class Answer(NamedTuple):
    """A response, and what the counters need to know about it."""

    wire: bytes
    outcome: Outcome
    truncated: bool = False
    about: About | None = None  # a question that was understood
    cookie: bool = False
    is_proven: bool = False  # a cookie showed that the source address is the client's


Choice = tuple[str, str, int]  # policy, site, and scope prefix length
NO_CHOICE = "", "", 0


def answered(
    query: Query,
    asked: Asked,
    wire: bytes,
    outcome: Outcome,
    is_truncated: bool,
    choice: Choice = NO_CHOICE,
) -> Answer:
    """Return an answer.

    Args:
        query: what is answered.
        asked: its options.
        wire: the response.
        outcome: what became of the query.
        is_truncated: whether the response says "ask by TCP".
        choice: what a policy made.
    """
    subnet, cookie, *_ = asked
    policy, site, scope = choice
    type_ = query.question.type
    about = (
        type_ if type_ in TYPE_NAMES else OTHER,
        policy,
        site,
        NO_SCOPE if subnet is None else scope_of(subnet.family, scope),
    )
    parts = (
        wire,
        outcome,
        is_truncated,
        tuple.__new__(About, about),
        cookie is not None,
        cookie is not None and cookie.is_proven,
    )
    return tuple.__new__(Answer, parts)


def limit_octets(edns: Edns | None, stream: bool) -> int:
    """Return how long a response may be, by UDP or as a stream's message."""
    if stream:
        return STREAM_PAYLOAD_OCTETS
    if edns is None:
        return PLAIN_PAYLOAD_OCTETS
    # RFC 6891 6.2.3: a size below 512 counts as 512.
    return min(max(edns.payload_size, PLAIN_PAYLOAD_OCTETS), EDNS_PAYLOAD_OCTETS)


def cut(query: Query, opt: bytes | None = None) -> bytes:
    """Return a response that says "ask by TCP" and no more.

    Args:
        query: what is responded to.
        opt: the OPT record; None: one without options, if the query has one.
    """
    header, question, edns, *_ = query
    if opt is None:
        opt = OWN_OPT[edns.dnssec_ok] if edns else b""
    return Response(header, question, Rcode.NOERROR, opt=opt).cut()

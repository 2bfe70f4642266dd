"""A query and what there is to it, and how that is signed and written."""

from typing import NamedTuple

from ...wire.dns.codes import Class
from ...wire.dns.query import Query
from ...wire.dns.response import Response
from ..content.authority import Authority
from ..dnssec.prove import prove
from ..protection.budget import NOTHING, Spent, is_light
from ..zones.finding import Finding, Outcome, likeness
from .answered import Answer, answered, cut, limit_octets
from .options import NOTHING_ASKED, OWN_OPT, Asked, own_opt

ANY_CLASS = Class.ANY


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

    @property
    def likeness(self) -> bytes:
        """What responses of the same content share, however one asks for them."""
        outcome, matter = self.finding.outcome, self.finding.matter
        if matter is None:
            return outcome.encode()
        name = self.query.question.name.lower()
        return likeness(outcome, matter.zone, matter.node, name)

    def answer(
        self, wire: bytes, is_truncated: bool = False, outcome: Outcome | None = None
    ) -> Answer:
        """Return the answer that is written so, with the outcome of its proof."""
        query, finding, asked = self
        choice = finding.policy, finding.site, self.scope_prefix_length
        outcome = outcome or finding.outcome
        return answered(query, asked, wire, outcome, is_truncated, choice)

    def write(self, authority: Authority, now_s: int, stream: bool = False) -> Answer:
        """Sign, if that is wanted, and write the response.

        Args:
            authority: what is answered from.
            now_s: seconds since 1970, for signatures.
            stream: whether it goes by TCP, where nothing is truncated.
        """
        query, finding, asked = self
        header, question, edns, _, key = query
        limit, opt = limit_octets(edns, stream), b""
        if edns is not None:
            if asked is NOTHING_ASKED:
                opt = OWN_OPT[edns.dnssec_ok]
            else:
                opt = own_opt(authority, edns, asked, self.scope_prefix_length, stream)
            # What will be truncated need not be signed.
            is_long = finding.sections.answers and finding.sections.least_octets > limit
            if edns.dnssec_ok and not is_long:
                # Who comes by TCP, or returns our cookie, is where it says it is.
                is_forgeable = not (stream or self.is_proven)
                budget = None
                if is_forgeable:
                    budget = authority.budget if is_light(query) else NOTHING
                says_nxdomain = edns.compact_ok
                try:
                    finding = prove(
                        finding, question.type, now_s, says_nxdomain, budget
                    )
                except Spent:
                    # With the cookie, whose return would have spared the budget.
                    return self.answer(cut(query, opt), is_truncated=True)
        # RFC 1035 6.2: nobody has authority for all classes.
        is_ours = finding.is_authoritative and question.class_ != ANY_CLASS
        is_signed = edns is not None and edns.dnssec_ok and finding.is_signed
        rcode, sections = finding.rcode, finding.sections
        parts = header, question, rcode, sections, is_ours, opt, key, is_signed
        wire, is_truncated = tuple.__new__(Response, parts).to_wire(limit)
        return self.answer(wire, is_truncated, finding.outcome)

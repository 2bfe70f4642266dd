"""What there is to a question: what became of it, about what, and which records."""

from enum import StrEnum
from typing import NamedTuple

from ...wire.dns.codes import Rcode
from ...wire.dns.response import NO_RECORDS, Sections
from .node import CUT, Node
from .zone import Zone


class Outcome(StrEnum):
    """What became of a query; each has a counter of this name."""

    ANSWERS = "answers"
    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    REFERRALS = "referrals"
    REFUSED = "refused"
    FORMERR = "formerr"
    NOTIMP = "notimp"
    NOTAUTH = "notauth"
    BADVERS = "badvers"


# To look one up in its enumeration takes ten times as long.
ANSWERS, NXDOMAIN = Outcome.ANSWERS, Outcome.NXDOMAIN
NODATA, REFERRALS = Outcome.NODATA, Outcome.REFERRALS
DENIALS = (NXDOMAIN, NODATA)
NOERROR = Rcode.NOERROR


class Matter(NamedTuple):
    """What an answer is about: the zone, and the name that aliases led to, if any.

    `node` is what answers for that name, if it exists; where there is no name, it is
    the alias that led out of the zone.
    """

    zone: Zone
    name: bytes | None = None
    node: Node | None = None


class Finding(NamedTuple):
    """The records for a question, and the scope on which they are the same.

    `policy` and `site` say what chose among which sites, if anything did.

    `hides_nxdomain` is set where signed records say that a name does not exist, and
    the response code must not (RFC 9824).
    """

    outcome: Outcome
    sections: Sections = NO_RECORDS
    scope_prefix_length: int = 0
    matter: Matter | None = None
    hides_nxdomain: bool = False
    policy: str = ""
    site: str = ""

    @property
    def rcode(self) -> Rcode:
        """The response code of this outcome."""
        if self.outcome is NXDOMAIN and self.hides_nxdomain:
            return NOERROR
        return RCODES.get(self.outcome, NOERROR)

    @property
    def is_signed(self) -> bool:
        """Whether it is of a signed zone."""
        return self.matter is not None and self.matter.zone.key is not None

    @property
    def is_authoritative(self) -> bool:
        """Whether the first owner of the answers, or the denial, is of our zones."""
        is_alias = self.outcome is REFERRALS and bool(self.sections.answers)
        return is_alias or self.outcome in AUTHORITATIVE


AUTHORITATIVE = (ANSWERS, *DENIALS)
RCODES = {
    Outcome.NXDOMAIN: Rcode.NXDOMAIN,
    Outcome.REFUSED: Rcode.REFUSED,
    Outcome.FORMERR: Rcode.FORMERR,
    Outcome.NOTIMP: Rcode.NOTIMP,
    Outcome.NOTAUTH: Rcode.NOTAUTH,
    Outcome.BADVERS: Rcode.BADVERS,
}


def likeness(outcome: Outcome, zone: Zone, node: Node | None, name: bytes) -> bytes:
    """Return what responses of the same content share, however one asks for them.

    Denials of a zone are alike, as are referrals to a child, answers of a wildcard,
    and errors: made-up names do not make them different.

    Args:
        outcome: what became of the query.
        zone: what answers.
        node: what answers for the name that aliases led to; None: it does not exist.
        name: what was asked for, in lower case.
    """
    if outcome in DENIALS:
        return b"n" + zone.apex
    if node is None:
        return b"a" + name
    if node.packed.startswith(CUT):
        return b"r" + node.owner
    return b"a" + name if node.wildcard is None else b"w" + node.wildcard

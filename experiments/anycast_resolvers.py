"""When several resolvers share an address, who answers, and what does it make of DNS?

From every site a client asks each shared address for names of its own, four times and
from a port of its own each time; so it does with each farm, whose front hands questions
to resolvers elsewhere. Captures show who was asked, and who asked the authority. "Load
Balancing at the Frontend" (SRE book, chapter 19) has nondeterministic reply paths among
the troubles of DNS: the user knows neither which cache answers, nor from where the
authority is asked, and some answers come from another address than was asked.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .kit.figures import Figure
from .kit.judging.claims import Every, Sent
from .kit.judging.verdict import Claim
from .kit.names.dns_tables import shared_table
from .kit.names.shared_resolvers import SharedRow as Row
from .kit.names.shared_resolvers import shared_rows
from .kit.trial import Trial

if TYPE_CHECKING:
    from topo.lab.lab import Lab

WORLD = "recursion"
P_LEAST = 1e-4


def measure(lab: "Lab", trial: Trial) -> Iterator[Row]:
    """Ask all shared addresses and farms; a row for each client and address."""
    yield from shared_rows(lab, trial)


def claims(rows: Sequence[Row]) -> list[Claim]:
    """The nearest site answers, with any of its caches; farms ask from anywhere."""
    shared = [row for row in rows if not row.farm]
    several = [row for row in shared if row.instances > 1]
    return [
        NEAREST.judge(shared),
        SPREAD.judge(several),
        CACHES.judge(rows),
        AGAIN.judge(several),
        REPLY.judge([row for row in rows if not row.replies_from_own]),
        ELSEWHERE.judge([row for row in rows if row.replies_from_own]),
        FARM.judge([row for row in rows if row.farm and row.possible > 1]),
    ]


def figures(rows: Sequence[Row]) -> list[Figure]:
    """A line for each client and address."""
    return [shared_table(rows)]


_SITES: Sent[Row] = Sent(
    who=lambda row: f"{row.client} to {row.asked}",
    found=lambda row: row.sites,
    wanted=lambda row: row.near_sites,
)
NEAREST: Every[Row] = Every(
    name="nearest site",
    statement="A shared address is the nearest site's resolvers, and no others.",
    expected="the nearest of the sites that announce it",
    holds=_SITES.holds,
    tell=_SITES.tell,
    unit="clients",
    source="RFC 4786: anycast",
)
SPREAD: Every[Row] = Every(
    name="any instance",
    statement="One client's questions reach all resolvers of the site, alike.",
    expected=f"equal shares, p at least {P_LEAST:g}",
    holds=lambda row: row.p_equal >= P_LEAST,
    tell=lambda row: f"{row.client}: {row.members}",
    unit="clients",
    source="spread by addresses and ports",
)
CACHES: Every[Row] = Every(
    name="each for itself",
    statement="Each resolver asks the authority for itself, once for each name.",
    expected="a query for each pair of resolver and name",
    holds=lambda row: row.fetched == row.pairs if row.pairs else None,
    tell=lambda row: f"{row.client}: {row.fetched} queries for {row.pairs} pairs",
    unit="clients",
)
AGAIN: Every[Row] = Every(
    name="asked again",
    statement="So what one client asked before is fetched again while its TTL lasts.",
    expected="more queries at the authority than names",
    holds=lambda row: row.names < row.fetched <= row.names * row.instances,
    tell=lambda row: f"{row.client}: {row.fetched} queries for {row.names} names",
    unit="clients",
    source="closed form: k caches, each with its own copy",
)
REPLY: Every[Row] = Every(
    name="same address",
    statement="Answers come from the address that was asked.",
    expected="every question answered from there",
    holds=lambda row: row.answered == row.questions and not row.elsewhere,
    tell=lambda row: f"{row.client}: {row.elsewhere} of {row.answered} from elsewhere",
    unit="clients",
)
ELSEWHERE: Every[Row] = Every(
    name="other address",
    statement="One that listens on every address answers from its own, and a client "
    "that checks has no answer.",
    expected="every answer from another address than was asked",
    holds=lambda row: row.elsewhere == row.answered if row.answered else None,
    tell=lambda row: f"{row.client}: {row.answered - row.elsewhere} from the asked one",
    unit="clients",
    source="RFC 5452 9.1; RFC 2181, section 4",
)
FARM: Every[Row] = Every(
    name="from anywhere",
    statement="Behind a farm one client is sent to several datacenters, by chance.",
    expected="as many datacenters as its resolvers' places call for",
    holds=lambda row: (
        row.sources > 1 and len(row.datacenters.split()) == row.possible
        if row.answered
        else None
    ),
    tell=lambda row: f"{row.asked}: {row.datacenters or 'nowhere'}",
    unit="farms",
    source="SRE book, chapter 19: one resolver, many regions",
)

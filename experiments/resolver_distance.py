"""Who is sent to the wrong place because DNS sees resolvers, and what do subnets do?

For every client network the authority is asked from the resolver's own host, with and
without the network's subnet, and the clients ask their resolver; then several networks
ask each resolver for one name, and the queries at the authority are counted. Hypotheses
B5 and B6 of "Load Balancing at the Frontend" (SRE book, chapter 19): without client
subnets the way from resolver to datacenter is made short, not that of the user; with
them (RFC 7871) the user's, at the price of queries. Published: half the RTT for clients
far from their resolver, and eight times the queries (Chen et al., SIGCOMM 2015).
"""

from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from .kit.figures import Figure
from .kit.judging.claims import Every, Sent
from .kit.judging.verdict import Claim
from .kit.names.distance import DistanceRow as Row
from .kit.names.distance import distance_rows
from .kit.names.dns_tables import distance_table
from .kit.trial import Trial

if TYPE_CHECKING:
    from topo.lab.lab import Lab

SHORTER = 1.5  # times the RTT; published is 2, between other places


def measure(lab: "Lab", trial: Trial) -> Iterator[Row]:
    """Ask for every network; one row for each."""
    yield from distance_rows(lab, trial)


def claims(rows: Sequence[Row]) -> list[Claim]:
    """Resolvers are mapped well, users are not; subnets repair it, at a price."""
    sending = {row.recursive: row for row in rows if row.subnet_sent}
    others = {row.recursive: row for row in rows if not row.subnet_sent}
    return [
        MAPPED.judge(rows),
        BOUND.judge(rows),
        REPAIRED.judge(rows),
        TOLD.judge([row for row in rows if row.ways == 1]),
        _gain([row for row in rows if row.unaided != row.best]),
        PRICE.judge(list(sending.values())),
        FREE.judge([it for name, it in others.items() if name not in sending]),
    ]


def figures(rows: Sequence[Row]) -> list[Figure]:
    """A line for each network."""
    return [distance_table(rows)]


_UNAIDED: Sent[Row] = Sent(
    who=lambda row: row.network,
    found=lambda row: row.unaided,
    wanted=lambda row: row.near_resolver,
)
_AIDED: Sent[Row] = Sent(
    who=lambda row: row.network,
    found=lambda row: row.aided,
    wanted=lambda row: row.best,
)
_RESOLVED: Sent[Row] = Sent(
    who=lambda row: f"{row.network} by {row.resolver}",
    found=lambda row: row.sent,
    wanted=lambda row: row.aided if row.subnet_sent else row.unaided,
)
MAPPED: Every[Row] = Every(
    name="resolver's place",
    statement="Without a subnet the answer is the datacenter nearest to the resolver.",
    expected="nearest to the resolver, wherever the user is",
    holds=_UNAIDED.holds,
    tell=_UNAIDED.tell,
    unit="networks",
    source="SRE book, chapter 19",
)
BOUND: Every[Row] = Every(
    name="regret",
    statement="A user loses at most twice the way to its resolver.",
    expected="way to the answer - way to the best <= 2 x way to the resolver",
    holds=lambda row: row.unaided_ms - row.best_ms <= 2 * row.away_ms + 1e-6,
    tell=lambda row: f"{row.network}: {row.unaided_ms - row.best_ms:g} ms longer",
    unit="networks",
    source="closed form: the triangle's inequality, twice",
)
REPAIRED: Every[Row] = Every(
    name="subnet's place",
    statement="With the client's subnet everybody is sent to the nearest datacenter.",
    expected="the best datacenter for every network",
    holds=_AIDED.holds,
    tell=_AIDED.tell,
    unit="networks",
    source="RFC 7871",
)
TOLD: Every[Row] = Every(
    name="real resolvers",
    statement="Resolvers that send subnets have users sent to the best place, the "
    "others to where they stand themselves.",
    expected="as the authority answers with a subnet, or without",
    holds=_RESOLVED.holds,
    tell=_RESOLVED.tell,
    unit="networks",
)
PRICE: Every[Row] = Every(
    name="price",
    statement="Where subnets are sent, networks with different answers share no cache.",
    expected="a query for each answer at least, and for each network at most",
    holds=lambda row: row.answers <= row.queries <= row.subnets,
    tell=lambda row: f"{row.recursive}: {row.queries} for {row.answers} answers",
    unit="resolvers",
    source="RFC 7871 7.3; Chen et al., SIGCOMM 2015: eight times the queries",
)
FREE: Every[Row] = Every(
    name="one for all",
    statement="Where none are sent, one query serves all networks.",
    expected="one query",
    holds=lambda row: row.queries == 1,
    tell=lambda row: f"{row.recursive}: {row.queries} for {row.subnets} networks",
    unit="resolvers",
)


def _gain(rows: Sequence[Row]) -> Claim:
    before = fmean(row.unaided_ms for row in rows) if rows else 0.0
    after = fmean(row.aided_ms for row in rows) if rows else 0.0
    return Claim(
        name="gain",
        statement="For those who were sent wrong, subnets shorten the way a lot.",
        holds=before >= SHORTER * after if rows else None,
        observed=f"{before:.0f} ms to {after:.0f} ms for {len(rows)} networks",
        expected=f"{SHORTER:g} times shorter",
        reason="" if rows else "nobody was sent wrong",
        source="Chen et al., SIGCOMM 2015: 200 ms to 100 ms",
    )

"""How long after a datacenter is drained in DNS do resolvers still send users there?

Behind every resolver users ask once a second for names that lead to the first
datacenter, in the cache since times that are spread over a TTL of 20 s; then it is
drained in the steering map of every authoritative server, and for a minute each
answer tells where the user goes. Hypotheses B11 to B13 of "Load Balancing at the
Frontend" (SRE book, chapter 19): the TTL is the floor of any change, some resolvers do
not keep it, and the authority cannot flush. Published: 90 % of requests moved within
60 s with a TTL of 20 s (Flavel et al., LANMAN 2014); 8.74 % of resolvers extend TTLs
(Bhowmick, PAM 2023).
"""

from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from topo.world.probe_names import DRAINED_TTL_S as TTL_S

from .kit.figures import Figure
from .kit.judging.claims import Every
from .kit.judging.verdict import Claim
from .kit.names.dns_tables import drain_table
from .kit.names.drain import WATCHED_S, drain_rows, moved_share
from .kit.names.drain import DrainRow as Row
from .kit.trial import Trial

if TYPE_CHECKING:
    from topo.lab.lab import Lab

WORLD = "recursion"
# Until the servers have read the map, and a question a second.
LATE_S = 1.5
MOVED_LEAST = 0.9


def measure(lab: "Lab", trial: Trial) -> Iterator[Row]:
    """Ask, drain, and go on asking for three TTLs; a row for each name."""
    yield from drain_rows(lab, trial)


def claims(rows: Sequence[Row]) -> list[Claim]:
    """Who keeps the TTL moves within it, evenly over it; who extends it does not."""
    honest = [row for row in rows if row.served_ttl_s <= TTL_S]
    longer = [row for row in rows if row.served_ttl_s > TTL_S]
    return [FLOOR.judge(honest), _even(honest), TAIL.judge(longer), _published(rows)]


def figures(rows: Sequence[Row]) -> list[Figure]:
    """For each resolver, how much of its traffic has moved when."""
    return [drain_table(rows)]


FLOOR: Every[Row] = Every(
    name="within the TTL",
    statement="Behind a resolver that keeps the TTL, no answer is stale for longer; "
    "several caches one behind the other do not add theirs up.",
    expected=f"{TTL_S} s, a second a cache, and {LATE_S} s for the change itself",
    holds=lambda row: (
        not row.held and row.moved_s <= TTL_S + row.caches + LATE_S
        if row.asked
        else None
    ),
    tell=lambda row: f"{row.name}: stale for {row.moved_s:g} s",
    unit="names",
    source="RFC 1035 3.2.1; RFC 2181, section 8: what is left of the TTL is passed on",
)
TAIL: Every[Row] = Every(
    name="tail",
    statement="A resolver with a minimum TTL goes on sending users to the drained "
    "datacenter.",
    expected=f"stale answers later than {TTL_S + LATE_S} s",
    holds=lambda row: row.held or row.moved_s > TTL_S + LATE_S if row.stale else None,
    tell=lambda row: f"{row.name}: moved after {row.moved_s:g} s",
    unit="names",
    source="Bhowmick et al., PAM 2023",
)


def _even(rows: Sequence[Row]) -> Claim:
    mean_s = fmean(row.moved_s for row in rows) if rows else 0.0
    low_s, high_s = 0.35 * TTL_S, 0.65 * TTL_S + LATE_S
    return Claim(
        name="evenly",
        statement="Caches that were filled at any time leave evenly over the TTL.",
        holds=low_s <= mean_s <= high_s if len(rows) > 1 else None,
        observed=f"{mean_s:.1f} s on average over {len(rows)} names",
        expected=f"{low_s:g} to {high_s:g} s",
        source="closed form: the mean of what is left of a TTL is half of it",
    )


def _published(rows: Sequence[Row]) -> Claim:
    moved = moved_share(rows, WATCHED_S)
    return Claim(
        name="published",
        statement=f"With a TTL of {TTL_S} s, nine of ten requests have moved within "
        f"{WATCHED_S:g} s.",
        holds=moved >= MOVED_LEAST if rows else None,
        observed=f"{moved:.1%} of {len(rows)} names",
        expected=f"at least {MOVED_LEAST:.0%} within {WATCHED_S:g} s",
        source="Flavel et al., LANMAN 2014: 90 % within 60 s at a TTL of 20 s",
    )

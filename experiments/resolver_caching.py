"""Do resolvers keep the TTL, and what do their caches leave for the authority?

Every resolver is asked for names of its own: under Poisson load with a TTL of 5 s, four
times a second with one of 2 s, and from several client networks for a steered name;
what reaches the authoritative servers is counted from captures at their ports.
Hypotheses B6, B11 to B13 of "Load Balancing at the Frontend" (SRE book, chapter 19): a
cache passes λ/(1+λT) queries a second on, some products stretch a short TTL (Bhowmick
et al., PAM 2023), and client subnets multiply the queries (Chen et al., SIGCOMM 2015).
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from topo.world.plan import Role

from .kit.clients.dns_client import ask_all
from .kit.drawings import cache_bands, cache_table
from .kit.figures import Figure
from .kit.judging.claims import Every
from .kit.judging.verdict import Claim
from .kit.names.caches import CacheRow as Row
from .kit.names.caches import cache_rows, questions
from .kit.trial import Trial

if TYPE_CHECKING:
    from topo.lab.lab import Lab


def measure(lab: "Lab", trial: Trial) -> Iterator[Row]:
    """Load all resolvers at once; one row for each."""
    watched = [host for host in lab.plan.hosts if host.role is Role.NAMESERVER]
    asks = list(questions(lab.plan, trial.random("arrivals")))
    with trial.capture("authority", watched) as capture:
        answers = asyncio.run(ask_all(lab, asks))
    yield from cache_rows(lab.plan, answers, capture.frames)


def claims(rows: Sequence[Row]) -> list[Claim]:
    """TTLs are served as each product is known to, and the closed forms hold."""
    return [claim.judge(rows) for claim in (TTL, REQUERY, LOAD, SUBNETS, ANSWERED)]


def figures(rows: Sequence[Row]) -> list[Figure]:
    """Each resolver against its prediction."""
    return [*cache_bands(rows), cache_table(rows)]


TTL: Every[Row] = Every(
    name="ttl",
    statement="A TTL of 2 s is answered as each product is known to: Knot Resolver "
    "stretches it to 5 s, the others pass it on.",
    expected="2 s, or the product's least TTL",
    holds=lambda row: row.returned_ttl_s == row.served_ttl_s,
    tell=lambda row: (
        f"{row.resolver} answers {row.returned_ttl_s} s, not {row.served_ttl_s} s"
    ),
    unit="resolvers",
    source="the products' documentation",
)
REQUERY: Every[Row] = Every(
    name="re-query",
    statement="A resolver asks the authority again when that TTL is over, to a second "
    "a cache.",
    expected="within the TTL served and a second",
    holds=lambda row: (
        None
        if row.requery_s is None
        else row.requery_low_s <= row.requery_s <= row.requery_high_s
    ),
    tell=lambda row: (
        f"{row.resolver} asks again after {row.requery_s} s, not "
        f"{row.requery_low_s:g} to {row.requery_high_s:g} s"
    ),
    unit="resolvers",
)
LOAD: Every[Row] = Every(
    name="authority load",
    statement="Under Poisson load the authority sees what a renewal process predicts.",
    expected="λ/(1+λT) for each name, T right to a second a cache, at 99.9 %",
    # A prediction that would also fit twice the TTL could not be wrong: no verdict.
    holds=lambda row: (
        row.misses_low <= row.misses <= row.misses_high
        if row.misses_twice < row.misses_low
        else None
    ),
    tell=lambda row: (
        f"{row.resolver}: {row.misses} queries, "
        f"not {row.misses_low:g} to {row.misses_high:g}"
    ),
    unit="resolvers",
    source="Jung et al., INFOCOM 2003: hit ratio λT/(1+λT)",
)
SUBNETS: Every[Row] = Every(
    name="client subnets",
    statement="Where subnets are sent, each scope that the authority tells costs one "
    "query; elsewhere one query serves all.",
    expected="one query a scope, or one",
    holds=lambda row: row.steered_queries == row.steered_wanted,
    tell=lambda row: (
        f"{row.resolver}: {row.steered_queries} queries for "
        f"{row.subnets} subnets, not {row.steered_wanted}"
    ),
    unit="resolvers",
    source="RFC 7871 7.3; Chen et al., SIGCOMM 2015",
)
ANSWERED: Every[Row] = Every(
    name="answered",
    statement="Resolvers answer under this load.",
    expected="all but 1 % of the queries answered",
    holds=lambda row: row.unanswered <= 0.01 * row.queries if row.queries else None,
    tell=lambda row: f"{row.resolver}: {row.unanswered} of {row.queries} unanswered",
    unit="resolvers",
)

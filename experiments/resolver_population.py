"""How many users does one answer of the authority move, and can the authority know?

Names stand for resolvers whose users follow Zipf's law; all ask for five TTLs of 5 s,
and the authority leads each reply to a datacenter at random, all alike. Hypotheses B8
and B9 of "Load Balancing at the Frontend" (SRE book, chapter 19): the number of users
behind a resolver is unknown to the authority, so that the load of one reply is heavy
tailed and equal replies make unequal shares: their variation is √((D-1)·Σw²), for
resolvers of weights w and D datacenters. A cache asks λ/(1+λT) times a second, which
hides λ as soon as λT is large.
"""

import random
from collections.abc import Iterator, Sequence
from statistics import median
from typing import TYPE_CHECKING

from topo.world.probe_names import USER_TTL_S as TTL_S

from .kit.figures import Figure
from .kit.judging.claims import Every
from .kit.judging.renewal import Load, predicted_misses
from .kit.judging.variation import predicted_variation, variation_range
from .kit.judging.verdict import Claim
from .kit.names.dns_tables import reply_table
from .kit.names.population import (
    INSTANTS_S,
    WINDOW_S,
    by_name,
    ratios,
    reply_rows,
    variation,
)
from .kit.names.population import ReplyRow as Row
from .kit.trial import Trial

if TYPE_CHECKING:
    from topo.lab.lab import Lab

WORLD = "recursion"
ROUNDING_S, LATE_S = 1.0, 2.5  # early; late, with a forwarder and a resolution
TIMES = 3.0


def measure(lab: "Lab", trial: Trial) -> Iterator[Row]:
    """Let all users ask; one row for each reply of the authority."""
    yield from reply_rows(lab, trial)


def claims(rows: Sequence[Row]) -> list[Claim]:
    """Replies are as many as caches let through; users are not; shares vary so."""
    names = list(by_name(rows).values())
    return [RENEWED.judge(names), _tail(rows), _blind(rows), _varied(rows)]


def figures(rows: Sequence[Row]) -> list[Figure]:
    """A line for each name."""
    return [reply_table(rows)]


def _as_renewed(own: Sequence[Row]) -> bool:
    load = Load(1, own[0].rate_qps, WINDOW_S)
    expected = predicted_misses(load, TTL_S - ROUNDING_S, TTL_S + LATE_S)
    return expected.low - 1 <= len(own) <= expected.high + 1


RENEWED: Every[Sequence[Row]] = Every(
    name="renewed",
    statement="A name's replies are as many as its cache lets through.",
    expected="λ/(1+λT) a second, T right to a second a cache, at 99.9 % and one reply",
    holds=_as_renewed,
    tell=lambda own: f"{own[0].name}: {len(own)} replies at {own[0].rate_qps:.2f}/s",
    unit="names",
    source="Jung et al., INFOCOM 2003",
)


def _tail(rows: Sequence[Row]) -> Claim:
    moved = [row.requests for row in rows]
    most, middle = (max(moved), median(moved)) if moved else (0, 0)
    return Claim(
        name="heavy tail",
        statement="Most replies move few requests, and some move a large part of all.",
        holds=most >= 10 * middle if moved else None,
        observed=f"{middle:g} by the median reply, {most} by the largest",
        expected="10 times as many by the largest",
        source="SRE book, chapter 19: users behind a resolver; Zipf's law",
    )


def _blind(rows: Sequence[Row]) -> Claim:
    users, replies = ratios(rows)
    return Claim(
        name="blind",
        statement="The authority is asked almost as often for few users as for many.",
        holds=users > TIMES and replies < users / 2 if users else None,
        observed=f"{users:.1f} times the users, {replies:.2f} times the queries",
        expected=f"more than {TIMES:g} times the users, less than half that in queries",
        source="closed form: λ/(1+λT) tends to 1/T",
    )


def _varied(rows: Sequence[Row]) -> Claim:
    weights = [own[0].weight for own in by_name(rows).values()]
    sites = max((row.sites for row in rows), default=0)
    found = variation(rows)
    chance = random.Random(0)
    low, high = variation_range(weights, sites, len(INSTANTS_S), chance)
    return Claim(
        name="shares",
        statement="Equal replies make shares as unequal as resolvers' weights say.",
        holds=low <= found <= high if sites > 1 else None,
        observed=f"coefficient of variation {found:.2f} over {sites} datacenters",
        expected=f"{predicted_variation(weights, sites):.2f}, by chance "
        f"{low:.2f} to {high:.2f}",
        source="closed form: √((D-1)·Σw²)",
    )

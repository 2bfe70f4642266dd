"""When a name has several addresses, is load spread over them, and who decides?

Every resolver is asked four times a second, over three TTLs of 5 s, for a name with
four addresses that have more or less in common with the clients', and for one with a
VIP in every datacenter; each answer then goes through the ways in which client programs
choose. Hypothesis B1 of "Load Balancing at the Frontend" (SRE book, chapter 19): the
client chooses with roughly equal chance, and nobody controls it. That holds for those
that draw a record; the others follow the resolver's order, or their own prefix.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .kit.figures import Figure
from .kit.judging.claims import Every
from .kit.judging.verdict import Claim
from .kit.names.dns_tables import share_table
from .kit.names.shares import (
    EYEBALLS,
    FIRST,
    GNU,
    PINNED,
    RANDOM,
    RFC6724,
    share_rows,
)
from .kit.names.shares import ShareRow as Row
from .kit.trial import Trial

if TYPE_CHECKING:
    from topo.lab.lab import Lab

WORLD = "recursion"
REPEAT_LEAST = 0.85  # an answer of 5 s is asked for 20 times, and once it is new
P_LEAST = 1e-4  # of a few dozen rows one false alarm in about two hundred runs


def measure(lab: "Lab", trial: Trial) -> Iterator[Row]:
    """Ask all resolvers at once; a row for each of them and each client program."""
    yield from share_rows(lab, trial)


def claims(rows: Sequence[Row]) -> list[Claim]:
    """Who draws spreads load; the others leave it to the resolver, or to prefixes."""

    def of(stack: str, *families: int) -> list[Row]:
        return [it for it in rows if it.stack == stack and it.family in families]

    first = of(FIRST, 4, 6)
    return [
        EQUAL.judge(of(RANDOM, 4, 6)),
        SPREAD.judge([it for it in first if it.varies]),
        REPEATED.judge([it for it in first if not it.varies]),
        PREFIX.judge([*of(RFC6724, 4, 6), *of(GNU, 6)]),
        STUCK.judge(of(PINNED, 4, 6)),
        SIX.judge(of(EYEBALLS, 0)),
    ]


def figures(rows: Sequence[Row]) -> list[Figure]:
    """A line for each resolver and client program."""
    return [share_table(rows)]


def _tell(row: Row) -> str:
    return (
        f"{row.stack} (IPv{row.family or '4 and 6'}) behind {row.resolver}: "
        f"{row.top_share:.0%} to {row.top or 'nobody'}, {row.kept_share:.0%} as before"
    )


EQUAL: Every[Row] = Every(
    name="drawn",
    statement="Clients that draw a record use all addresses alike.",
    expected=f"equal shares, p at least {P_LEAST:g}",
    holds=lambda row: row.p_equal >= P_LEAST if row.answers else None,
    tell=_tell,
    unit="clients",
    source="closed form: χ² of a multinomial",
)
SPREAD: Every[Row] = Every(
    name="rotated",
    statement="Clients that take the first record are spread by resolvers that change "
    "the order of each answer.",
    expected="at most every second answer begins as the one before",
    holds=lambda row: row.kept_share <= 0.5 if row.answers > 1 else None,
    tell=_tell,
    unit="clients",
    source="Unbound, BIND, Knot Resolver and dnsmasq, measured",
)
REPEATED: Every[Row] = Every(
    name="repeated",
    statement="Behind resolvers that repeat an answer, all of them go to one address "
    "until its TTL is over.",
    expected=f"at least {REPEAT_LEAST:.0%} of the answers begin as the one before",
    holds=lambda row: row.kept_share >= REPEAT_LEAST if row.answers > 1 else None,
    tell=_tell,
    unit="clients",
    source="PowerDNS Recursor's and dnsdist's packet caches, measured",
)
PREFIX: Every[Row] = Every(
    name="longest prefix",
    statement="Clients that sort by RFC 6724 all take the address whose prefix is most "
    "like their own.",
    expected="100 % to that address, in whatever order they are told",
    holds=lambda row: (
        row.top_share == 1.0 and row.top == row.nearest if row.answers else None
    ),
    tell=_tell,
    unit="clients",
    source="RFC 6724, section 6, rule 9",
)
STUCK: Every[Row] = Every(
    name="pinned",
    statement="Programs that keep the address of their start never follow a change.",
    expected="one address",
    holds=lambda row: row.top_share == 1.0 if row.answers else None,
    tell=_tell,
    unit="clients",
)
SIX: Every[Row] = Every(
    name="Happy Eyeballs",
    statement="With both families working, Happy Eyeballs leaves IPv4 unused.",
    expected="IPv6, as every handshake is done within 250 ms",
    holds=lambda row: ":" in row.top if row.answers else None,
    tell=_tell,
    unit="clients",
    source="RFC 8305, section 5",
)

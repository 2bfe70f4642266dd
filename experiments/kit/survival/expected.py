"""What must break, in closed form, and claims about it: pure."""

from collections.abc import Sequence
from math import sqrt

from ..judging.claims import Every
from ..judging.verdict import Claim
from .tally import SurvivalRow

DEVIATIONS = 4.0  # of a binomial: one false alarm in 16,000 runs


def tell(row: SurvivalRow) -> str:
    """Return what a row came to, on one line."""
    return (
        f"{row.event}, {row.selection}, tracking {row.tracking}: {row.broken} of "
        f"{row.connections} broke, {row.due} had to, {row.unlike} not as forecast"
    )


def only_due(name: str, statement: str, source: str) -> Every[SurvivalRow]:
    """Return the claim that nothing breaks but what must in any case."""
    return Every(
        name=name,
        statement=statement,
        expected="as many as are lost in any case",
        holds=lambda row: row.broken == row.due if row.connections else None,
        tell=tell,
        unit="cells",
        source=source,
    )


def all_but_one_in_n(
    name: str, when: str, source: str, rows: Sequence[SurvivalRow]
) -> Claim:
    """Return the claim about slots dealt in turn to N, and then to N - 1.

    Of N · (N - 1) slots in a row N - 1 stay where they are: one for each survivor.
    """
    count = rows[0].backends if rows else 1
    return _share(
        name=name,
        statement=f"{when}, when one of {count} backends goes, what deals slots in "
        "turn breaks all connections but one in so many.",
        counted=(sum(row.broken for row in rows), sum(row.connections for row in rows)),
        expected=1 - 1 / count,
        source=f"{source}; closed form: 1 - 1/N",
    )


def some_of_the_moved(rows: Sequence[SurvivalRow]) -> Claim:
    """Return the claim about tracked flows that come to another balancer."""
    count = rows[0].backends if rows else 1
    extra = sum(row.broken - row.due for row in rows)
    return _share(
        name="tracking alone",
        statement="When a balancer goes as well, what deals slots in turn breaks "
        "survivors' connections although they were tracked: by the one that went.",
        counted=(extra, sum(row.moved for row in rows)),
        expected=1 - 2 / count,
        source="hypothesis C6; closed form: 1 - 2/N of those that change balancers",
    )


def _share(
    name: str, statement: str, counted: tuple[int, int], expected: float, source: str
) -> Claim:
    broken, of = counted
    around = DEVIATIONS * sqrt(expected * (1 - expected) / of) if of else 0.0
    share = broken / of if of else 0.0
    return Claim(
        name=name,
        statement=statement,
        holds=abs(share - expected) <= around if of else None,
        observed=f"{share:.1%} of {of}",
        expected=f"{expected:.1%}, more or less {around:.1%} by chance",
        source=source,
    )

"""Building claims from rows: the arithmetic of "all of them do", told in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from .verdict import Claim

Row = TypeVar("Row")
TOLD_AT_MOST = 3


@dataclass(frozen=True)  # no slots: Every[Row](...) fails with them before Python 3.13
class Every(Generic[Row]):
    """A claim about each row.

    Args:
        name: of the claim; `statement`, `expected` and `source` as there.
        holds: None for a row that decides nothing.
        tell: what to say of a row that breaks the claim.
        unit: what the rows are, in plural.
    """

    name: str
    statement: str
    expected: str
    holds: Callable[[Row], bool | None]
    tell: Callable[[Row], str]
    unit: str = "rows"
    source: str = ""

    def judge(self, rows: Sequence[Row]) -> Claim:
        """Return the claim: one row that breaks it is enough, and it is named."""
        verdicts = [self.holds(row) for row in rows]
        good = sum(verdict is True for verdict in verdicts)
        paired = list(zip(rows, verdicts, strict=True))
        broken = [row for row, verdict in paired if verdict is False]
        undecided = [row for row, verdict in paired if verdict is None]
        told = [self.tell(row) for row in (broken or undecided)]
        return Claim(
            name=self.name,
            statement=self.statement,
            holds=False if broken else None if undecided or not rows else True,
            observed=f"{good} of {len(rows)} {self.unit}",
            expected=self.expected,
            reason=_listed(told) if rows else f"there are no {self.unit}",
            source=self.source,
        )


@dataclass(frozen=True)
class Sent(Generic[Row]):
    """Whom a row is about, where that was sent ("" for nowhere), and where it should.

    Its methods are those of a claim that both are the same; nowhere decides nothing.
    """

    who: Callable[[Row], str]
    found: Callable[[Row], str]
    wanted: Callable[[Row], str]

    def holds(self, row: Row) -> bool | None:
        """Whether it was sent where it should; None for nowhere."""
        found = self.found(row)
        return found == self.wanted(row) if found else None

    def tell(self, row: Row) -> str:
        """Say where it was sent instead."""
        return (
            f"{self.who(row)}: {self.found(row) or 'nowhere'}, not {self.wanted(row)}"
        )


def _listed(told: Sequence[str]) -> str:
    more = len(told) - TOLD_AT_MOST
    return "; ".join(told[:TOLD_AT_MOST]) + (f"; and {more} more" if more > 0 else "")

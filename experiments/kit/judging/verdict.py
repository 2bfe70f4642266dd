"""What a claim, an experiment and a run end as: four verdicts, never a bare number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a run ends; the command line's exit status follows from it."""

    PASS = "pass"
    FAIL = "fail"
    INVALID = "invalid"  # the emulation was not faithful enough to judge by
    INCONCLUSIVE = "inconclusive"  # faithful, but the numbers do not decide

    @property
    def exit_status(self) -> int:
        """0, 1, 3 or 4; 2 is left to usage errors."""
        return EXIT_STATUS[self]


EXIT_STATUS = {
    Verdict.PASS: 0,
    Verdict.FAIL: 1,
    Verdict.INVALID: 3,
    Verdict.INCONCLUSIVE: 4,
}

# A failure that was measured faithfully stands, whatever became of other experiments.
WORST_FIRST = (Verdict.FAIL, Verdict.INVALID, Verdict.INCONCLUSIVE, Verdict.PASS)


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement about the rows, and what they say to it.

    Args:
        name: short and unique in its experiment, for tables and comparisons.
        statement: the claim in one sentence.
        holds: None when the numbers decide neither way.
        observed: what was seen, in words and units.
        expected: what the claim needs, in words and units.
        reason: why it does not hold or is undecided, or "".
        source: where the expectation comes from: a paper, an RFC, a closed form.
    """

    name: str
    statement: str
    holds: bool | None
    observed: str
    expected: str
    reason: str = ""
    source: str = ""

    @property
    def verdict(self) -> Verdict:
        """The claim alone, without regard to fidelity."""
        if self.holds is None:
            return Verdict.INCONCLUSIVE
        return Verdict.PASS if self.holds else Verdict.FAIL


def judge(claims: Sequence[Claim], breaches: Sequence[str]) -> tuple[Verdict, str]:
    """Return the verdict of one experiment and its reason in one line.

    Args:
        claims: what the experiment says about its rows.
        breaches: where the emulation was not faithful, one line each.
    """
    if breaches:
        return Verdict.INVALID, _listed(breaches)
    if not claims:
        return Verdict.INCONCLUSIVE, "the experiment claimed nothing"
    verdict = combine(claim.verdict for claim in claims)
    told = [
        f"{claim.name}: {claim.reason or claim.observed}"
        for claim in claims
        if claim.verdict is verdict
    ]
    return verdict, "" if verdict is Verdict.PASS else _listed(told)


def combine(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict of several: the worst one; nothing at all is inconclusive."""
    seen = set(verdicts)
    return next((v for v in WORST_FIRST if v in seen), Verdict.INCONCLUSIVE)


def _listed(lines: Sequence[str], at_most: int = 3) -> str:
    more = len(lines) - at_most
    return "; ".join(lines[:at_most]) + (f"; and {more} more" if more > 0 else "")

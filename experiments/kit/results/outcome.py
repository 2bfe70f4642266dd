"""What a run comes to: outcomes of experiments, and the one JSON object for all."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..experiment import Experiment
from ..fidelity.breaches import Breach, FidelityLog
from ..judging.verdict import Claim, Verdict, combine


@dataclass(frozen=True, slots=True)
class Part:
    """One experiment measured once.

    `trouble` says why the measurement does not count, one line each: a dead role, an
    error on the way.
    """

    repeat: int
    rows: tuple[Any, ...]
    fidelity: FidelityLog
    trouble: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """An experiment after all its repeats."""

    experiment: Experiment
    verdict: Verdict
    reason: str
    claims: tuple[Claim, ...]
    breaches: tuple[Breach, ...]
    parts: tuple[Part, ...]

    @property
    def rows(self) -> tuple[Any, ...]:
        """The rows of all repeats."""
        return tuple(row for part in self.parts for row in part.rows)

    def as_json(self) -> dict[str, Any]:
        """Return name, verdict, claims and reason."""
        return {
            "name": self.experiment.name,
            "verdict": self.verdict.value,
            "claims": [claim_json(claim) for claim in self.claims],
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run: where its folder is, and what its experiments came to."""

    folder: Path
    outcomes: tuple[Outcome, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of the experiments' verdicts."""
        return combine(outcome.verdict for outcome in self.outcomes)

    @property
    def report(self) -> Path:
        """The page to open."""
        return self.folder / "report.html"

    @property
    def exit_status(self) -> int:
        """0 pass, 1 fail, 3 invalid, 4 inconclusive."""
        return self.verdict.exit_status

    def to_json(self) -> dict[str, Any]:
        """Return the object that `run` and `demo` print with --json."""
        return {
            "verdict": self.verdict.value,
            "report": str(self.report),
            "folder": str(self.folder),
            "experiments": [outcome.as_json() for outcome in self.outcomes],
        }


def claim_json(claim: Claim) -> dict[str, Any]:
    """Return a claim with its verdict."""
    return {**asdict(claim), "verdict": claim.verdict.value}


def logs(outcomes: Sequence[Outcome]) -> list[tuple[str, FidelityLog]]:
    """Return every fidelity log with its experiment's name, in order of time."""
    found = [
        (outcome.experiment.name, part.fidelity)
        for outcome in outcomes
        for part in outcome.parts
    ]
    return sorted(found, key=lambda named: named[1].began_s)

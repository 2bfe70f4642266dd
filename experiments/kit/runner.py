"""Running experiments: lab up, seeded, watched, measured, judged, and written down."""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from balancer.errors import FrontlabError
from topo.world.plan import Plan

from .catalogue import load_experiment
from .experiment import Experiment
from .fidelity.breaches import Limits, breaches
from .fidelity.watch import Watch, watching
from .judging.verdict import judge
from .report import write_report
from .results.folder import (
    open_folder,
    write_captures,
    write_results,
    write_rows,
    written,
)
from .results.outcome import Outcome, Part, RunResult
from .results.provenance import Provenance, provenance
from .trial import Trial

if TYPE_CHECKING:
    from topo.lab.lab import Lab
    from topo.lab.supervisor import DeadRole

LAST_WORDS = 5
Say = Callable[[str], None]
LabFactory = Callable[[], AbstractContextManager["Lab"]]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run.

    Args:
        seed: of everything random.
        repeats: how often, each in a lab of its own: runs are the samples.
        limits: of fidelity.
    """

    seed: int = 1
    repeats: int = 1
    limits: Limits = field(default_factory=Limits)


@dataclass(slots=True)
class Run:
    """A run under way; `parts` are by experiment, one a repeat."""

    experiments: Sequence[Experiment]
    parent: Path
    say: Say
    options: RunOptions
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    started_s: float = field(default_factory=time.monotonic)
    parts: dict[str, list[Part]] = field(default_factory=dict)
    plan: Plan | None = None
    made_with: Provenance | None = None
    folder: Path = Path()

    def result(self) -> RunResult:
        """Judge what was measured so far."""
        outcomes = tuple(_outcome(self, it) for it in self.experiments)
        return RunResult(self.folder, outcomes)


def run_experiments(
    lab_factory: LabFactory,
    names: Iterable[str],
    run_folder: Path,
    progress: Say,
    options: RunOptions | None = None,
) -> RunResult:
    """Run experiments, all in one lab a repeat, and return what they came to.

    Args:
        lab_factory: brings a lab up; called once a repeat, in the sandbox.
        names: of the experiments.
        run_folder: the parent of the run's own folder.
        progress: told what is being done, one line each.
        options: seed, repeats and limits.

    Raises:
        ConfigError: there is no experiment of that name.
        LabError: the lab did not come up.
        NotWritten: the run's folder could not be written.
    """
    experiments = [load_experiment(name) for name in names]
    run = Run(experiments, run_folder, progress, options or RunOptions())
    measure_all(run, lab_factory)
    return write_down(run)


def measure_all(run: Run, lab_factory: LabFactory) -> None:
    """Measure every experiment, each repeat in a lab of its own."""
    for repeat in range(run.options.repeats):
        with lab_factory() as lab:
            _open(run, lab)
            for experiment in run.experiments:
                _measure(run, lab, experiment, repeat)


def write_down(run: Run) -> RunResult:
    """Judge a measured run, write its folder and draw its report."""
    assert run.plan is not None and run.made_with is not None
    run.say("writing the results")
    with written(run.folder):
        # Before they are judged: a mistake there costs no rows.
        for name, parts in run.parts.items():
            write_rows(run.folder / f"{name}.parquet", parts, run.options.seed)
    result = run.result()
    with written(run.folder):
        write_results(result, run.made_with, run.plan.world)
        run.say("drawing the report")
        write_report(result, run.made_with, run.plan, run.options.limits)
    return result


def _open(run: Run, lab: "Lab") -> None:
    if run.plan is not None:
        return
    run.plan = lab.plan
    options = run.options
    run.made_with = provenance(
        lab.world, run.experiments, options.seed, options.repeats, run.started
    )
    with written(run.parent):
        run.folder = open_folder(run.parent, run.made_with)


def _measure(run: Run, lab: "Lab", experiment: Experiment, repeat: int) -> None:
    again = (
        f" ({repeat + 1} of {run.options.repeats})" if run.options.repeats > 1 else ""
    )
    run.say(f"measuring {experiment.name}{again}")
    trial = Trial(run.options.seed, repeat)
    rows: list[Any] = []
    trouble: list[str] = []
    with watching(lab, time.monotonic() - run.started_s) as watch:
        try:
            rows.extend(experiment.measure(lab, trial))
        except (OSError, TimeoutError, FrontlabError) as error:
            trouble.append(f"{type(error).__name__}: {error}")
    # A dead role explains an error, so it is told first.
    trouble[:0] = [_obituary(dead) for dead in lab.dead()]
    with written(run.folder):
        write_captures(run.folder, experiment.name, repeat, trial.captures)
    part = _part(repeat, rows, watch, trial, trouble)
    run.parts.setdefault(experiment.name, []).append(part)


def _obituary(dead: "DeadRole") -> str:
    """Return who died, of what, and its last words, on one line."""
    how = f"signal {-dead.status}" if dead.status < 0 else f"status {dead.status}"
    last = " | ".join(dead.log_tail.splitlines()[-LAST_WORDS:]) or "nothing"
    return f"{dead.name} died ({how}); its log ends: {last}"


def _part(
    repeat: int, rows: list[Any], watch: Watch, trial: Trial, trouble: list[str]
) -> Part:
    watch.frames_lost = trial.frames_lost
    return Part(repeat, tuple(rows), watch.log(), tuple(trouble))


def _outcome(run: Run, experiment: Experiment) -> Outcome:
    parts = tuple(run.parts.get(experiment.name, ()))
    found = tuple(
        breach
        for part in parts
        for breach in breaches(part.fidelity, run.options.limits)
    )
    rows = tuple(row for part in parts for row in part.rows)
    claims = tuple(experiment.claims(rows))
    trouble = [line for part in parts for line in part.trouble]
    verdict, reason = judge(claims, [*trouble, *map(str, found)])
    return Outcome(experiment, verdict, reason, claims, found, parts)

"""Runs from lab to verdict, with a lab that is nothing but its plan and counters."""

import errno
import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest
from fakes.runs import plan_of

from balancer.errors import FrontlabError
from experiments.kit.experiment import Experiment
from experiments.kit.fidelity.breaches import Limits
from experiments.kit.judging.verdict import Claim, Verdict
from experiments.kit.results.folder import NotWritten, open_folder, written
from experiments.kit.runner import LabFactory, Run, RunOptions, measure_all, write_down
from experiments.kit.trial import Trial
from topo.lab.rtt import MeasuredLink
from topo.links.backend import DirectionCounters
from topo.world.plan import Plan
from topo.world.records import World
from topo.world_file import load_world

# The machine that runs tests may be busy; what is tested here is not the machine.
PATIENT = Limits(timer_p99_ms=1e6, timer_max_ms=1e6, runnable_per_core=1e6)


@dataclass(frozen=True, slots=True)
class Death:
    name: str = "fra-unbound"
    host: str = "fra-unbound"
    status: int = -9
    log_tail: str = "a\nb\nout of memory"


@dataclass(slots=True)
class FakeWan:
    """Links that carried a hundred packets more at each look, and dropped some."""

    dropped: int = 0
    looked: int = 0

    def counters(self) -> dict[str, DirectionCounters]:
        self.looked += 1
        packets, slots = 100 * self.looked, self.dropped * (self.looked > 1)
        counters = DirectionCounters(packets, 0, drops_slots=slots)
        return {"fra-iad>iad-fra": replace(counters, lateness_p99_us=210.0)}


@dataclass(slots=True)
class FakeLab:
    plan: Plan = field(default_factory=lambda: plan_of("duo"))
    wan: FakeWan = field(default_factory=FakeWan)
    links: tuple[MeasuredLink, ...] = (MeasuredLink("fra", "iad", 40.0, 40.3),)
    deaths: tuple[Death, ...] = ()

    @property
    def world(self) -> World:
        return self.plan.world

    def dead(self) -> tuple[Death, ...]:
        return self.deaths


@dataclass(frozen=True, slots=True)
class Row:
    draw: float


def measure(lab: FakeLab, trial: Trial) -> Iterator[Row]:
    yield Row(trial.random("draw").random())


def claims(rows: Sequence[Row]) -> list[Claim]:
    holds = all(row.draw < 1 for row in rows) if rows else None
    return [Claim("draw", "It is below 1.", holds, f"{len(rows)} draws", "below 1")]


def experiment(
    measure_it: Callable[[FakeLab, Trial], Iterable[Row]] = measure,
) -> Experiment:
    return Experiment(
        "drawing", "Below one?", "", "duo", measure_it, claims, lambda rows: ()
    )


def measured(
    folder: Path, lab: FakeLab, what: Experiment, **options: Any
) -> tuple[Run, list[str]]:
    said: list[str] = []

    @contextmanager
    def factory() -> Iterator[FakeLab]:
        said.append("up")
        yield lab
        said.append("down")

    how = RunOptions(**{"limits": PATIENT, **options})
    run = Run([what], folder, said.append, how)
    measure_all(run, cast(LabFactory, factory))
    return run, said


def test_a_run_leaves_a_folder_that_stands_alone(tmp_path: Path) -> None:
    run, said = measured(tmp_path, FakeLab(), experiment(), seed=5)
    # What takes long is written with no lab held up.
    assert said == ["up", "measuring drawing", "down"]
    result = write_down(run)
    assert result.verdict is Verdict.PASS
    names = {path.name for path in result.folder.iterdir()}
    assert names >= {"run.json", "world.json", "captures"}
    import pyarrow.parquet

    rows = pyarrow.parquet.read_table(result.folder / "drawing.parquet").to_pylist()
    assert [(row["seed"], row["repeat"]) for row in rows] == [(5, 0)]
    answer = json.loads((result.folder / "result.json").read_text())
    assert answer["verdict"] == "pass"
    [log] = json.loads((result.folder / "fidelity.json").read_text())
    assert log["links"][0]["packets"] == 100
    assert log["timer"]
    assert load_world(result.folder / "world.toml") == FakeLab().world
    rerun = result.folder / "rerun"
    assert rerun.stat().st_mode & stat.S_IXUSR
    assert '--world "$here/world.toml" --seed 5 --repeats 1' in rerun.read_text()
    answer = json.loads(json.dumps(result.to_json()))
    assert Path(answer["report"]).is_file()
    [only] = answer["experiments"]
    assert (only["name"], only["verdict"], only["reason"]) == ("drawing", "pass", "")
    assert only["claims"][0]["verdict"] == "pass"


def test_repeats_have_a_lab_and_randomness_of_their_own(tmp_path: Path) -> None:
    run, said = measured(tmp_path, FakeLab(), experiment(), repeats=2)
    assert said.count("up") == 2
    draws = [row.draw for row in run.result().outcomes[0].rows]
    assert len(set(draws)) == 2
    assert draws == [Trial(1, k).random("draw").random() for k in range(2)]


def test_a_dead_role_makes_it_invalid_and_is_named(tmp_path: Path) -> None:
    run, _ = measured(tmp_path, FakeLab(deaths=(Death(),)), experiment())
    result = run.result()
    assert result.verdict is Verdict.INVALID
    assert result.exit_status == 3
    assert result.outcomes[0].reason == (
        "fra-unbound died (signal 9); its log ends: a | b | out of memory"
    )


def test_an_error_on_the_way_makes_it_invalid(tmp_path: Path) -> None:
    def broken(lab: FakeLab, trial: Trial) -> Iterator[Row]:
        yield Row(0.5)
        raise FrontlabError("no such interface")

    run, _ = measured(tmp_path, FakeLab(), experiment(broken))
    [outcome] = run.result().outcomes
    assert outcome.verdict is Verdict.INVALID
    assert outcome.reason == "FrontlabError: no such interface"
    assert len(outcome.rows) == 1  # what was measured before it is kept


def test_rows_are_kept_though_they_cannot_be_judged(tmp_path: Path) -> None:
    def wrong(rows: Sequence[Row]) -> list[Claim]:
        raise ZeroDivisionError

    run, _ = measured(tmp_path, FakeLab(), replace(experiment(), claims=wrong))
    with pytest.raises(ZeroDivisionError):
        write_down(run)
    assert (run.folder / "drawing.parquet").exists()


def test_a_file_that_is_none_of_ours_is_kept_and_run_again(tmp_path: Path) -> None:
    run, _ = measured(tmp_path, FakeLab(), replace(experiment(), text="# mine\n"))
    folder = write_down(run).folder
    assert (folder / "drawing.py").read_text() == "# mine\n"
    assert 'run "$here/drawing.py" \\\n' in (folder / "rerun").read_text()


def test_a_defect_is_not_a_verdict(tmp_path: Path) -> None:
    def defect(lab: FakeLab, trial: Trial) -> Iterator[Row]:
        raise KeyError("row")

    with pytest.raises(KeyError):
        measured(tmp_path, FakeLab(), experiment(defect))


@pytest.mark.parametrize(
    ("lab", "reason"),
    [
        pytest.param(
            FakeLab(wan=FakeWan(dropped=4)), "drops nobody asked for 4", id="drops"
        ),
        pytest.param(
            FakeLab(links=(MeasuredLink("fra", "iad", 40.0, 47.0),)),
            "RTT error fra - iad 7 ms",
            id="RTT",
        ),
    ],
)
def test_an_unfaithful_lab_is_invalid(
    tmp_path: Path, lab: FakeLab, reason: str
) -> None:
    run, _ = measured(tmp_path, lab, experiment())
    result = run.result()
    assert result.verdict is Verdict.INVALID
    assert reason in result.outcomes[0].reason


def test_runs_of_the_same_second_have_folders_of_their_own(tmp_path: Path) -> None:
    made_with = measured(tmp_path / "a", FakeLab(), experiment())[0].made_with
    assert made_with is not None
    folders = [open_folder(tmp_path / "b", made_with) for _ in range(3)]
    assert [folder.name.split("-")[3:] for folder in folders] == [[], ["2"], ["3"]]


def test_a_folder_that_cannot_be_written_is_told_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotWritten, match=r"file/.*: Not a directory \(give --out DIR"):
        measured(tmp_path / "file", FakeLab(), experiment())


def test_a_full_disk_is_told_by_the_folder() -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    told = "^/runs/x: No space left"
    with pytest.raises(NotWritten, match=told), written(Path("/runs/x")):
        raise full

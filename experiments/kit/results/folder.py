"""A run's folder: everything that the run left, in files that stand by themselves."""

import json
import math
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from balancer.errors import FrontlabError
from topo.world.records import World

from ..packets.capture import SNAP_LENGTH, Capture
from ..packets.pcapng import pcapng
from .outcome import Outcome, Part, RunResult, claim_json, logs
from .provenance import PROJECT, Provenance
from .resolved_world import world_text

SAME_SECOND_MAX = 100

RERUN = """\
#!/bin/sh
# Makes this run again: same world, experiments and seed. Made at commit {commit}.
here=$(cd "$(dirname "$0")" && pwd)
there={launcher}
exec "${{FRONTLAB:-"$there"}}" run {experiments} \\
  --world "$here/world.toml" --seed {seed} --repeats {repeats} "$@"
"""


class NotWritten(FrontlabError):
    """What was measured could not be written down."""


@contextmanager
def written(folder: Path) -> Iterator[None]:
    """Have what goes wrong with the files of a run's folder raise NotWritten."""
    try:
        yield
    except OSError as error:
        where = error.filename or folder
        cure = "give --out DIR another place"
        raise NotWritten(f"{where}: {error.strerror} ({cure})") from error


def open_folder(parent: Path, made_with: Provenance) -> Path:
    """Make the run's folder, named by time and content, and return it.

    Runs of the same content that start in the same second are numbered.

    Raises:
        NotWritten: there are too many of those.
    """
    started = made_with.started[:19].replace("-", "").replace(":", "").replace("T", "-")
    first = parent / f"{started}-{made_with.content}"
    numbered = (parent / f"{first.name}-{n}" for n in range(2, SAME_SECOND_MAX + 1))
    for folder in (first, *numbered):
        with suppress(FileExistsError):
            folder.mkdir(parents=True)
            return folder
    raise NotWritten(f"{first}: {SAME_SECOND_MAX} runs have this name already")


def write_captures(
    folder: Path, experiment: str, repeat: int, captures: dict[str, Capture]
) -> None:
    """Write each capture as captures/EXPERIMENT-REPEAT-NAME.pcapng."""
    (folder / "captures").mkdir(exist_ok=True)
    for name, capture in captures.items():
        path = folder / "captures" / f"{experiment}-{repeat}-{name}.pcapng"
        ports = [port.host for port in capture.ports]
        frames = sorted(capture.frames, key=lambda frame: frame.time_ns)
        with path.open("wb") as file:
            file.writelines(pcapng(frames, ports, SNAP_LENGTH))


def write_results(result: RunResult, made_with: Provenance, world: World) -> None:
    """Write everything but rows, captures and the report."""
    folder = result.folder
    _write_json(folder / "run.json", asdict(made_with))
    _write_json(folder / "world.json", asdict(world))
    (folder / "world.toml").write_text(world_text(world), encoding="utf-8")
    _write_json(folder / "fidelity.json", _fidelity(result.outcomes))
    _write_json(folder / "result.json", _result(result))
    for outcome in result.outcomes:
        if text := outcome.experiment.text:
            (folder / f"{outcome.experiment.name}.py").write_text(text, "utf-8")
    _write_rerun(folder / "rerun", result.outcomes, made_with)


def write_rows(path: Path, parts: Sequence[Part], seed: int) -> None:
    """Write an experiment's rows, with seed and repeat, unless there are none."""
    rows = [
        {"seed": seed, "repeat": part.repeat, **asdict(row)}
        for part in parts
        for row in part.rows
    ]
    if not rows:
        return
    # Late, since it takes a sixth of a second and most commands write no rows.
    import pyarrow
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)


def _result(result: RunResult) -> dict[str, Any]:
    return {
        **result.to_json(),
        "report": result.report.name,
        "folder": result.folder.name,
        "experiments": [
            {
                **outcome.as_json(),
                "claims": [claim_json(claim) for claim in outcome.claims],
                "breaches": [str(breach) for breach in outcome.breaches],
                "trouble": [line for part in outcome.parts for line in part.trouble],
            }
            for outcome in result.outcomes
        ],
    }


def _fidelity(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    return [{"experiment": name, **asdict(log)} for name, log in logs(outcomes)]


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(_finite(value), indent=1, default=str) + "\n")


def _finite(value: object) -> object:
    """Return `value` with None for what JSON has no number for."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _write_rerun(
    path: Path, outcomes: Sequence[Outcome], made_with: Provenance
) -> None:
    words = [
        f'"$here/{it.experiment.name}.py"' if it.experiment.text else it.experiment.name
        for it in outcomes
    ]
    text = RERUN.format(
        commit=made_with.commit,
        launcher=shlex.quote(str(PROJECT / "frontlab")),
        experiments=" ".join(words),
        seed=made_with.seed,
        repeats=made_with.repeats,
    )
    path.write_text(text)
    path.chmod(0o755)

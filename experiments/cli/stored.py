"""Runs that were made: found by their folder, by their name, or as the latest."""

import json
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from balancer.errors import ConfigError
from topo.lab.paths import PROJECT

# Who has it installed, and no checkout, has runs where he is.
RUNS = (PROJECT if (PROJECT / "pyproject.toml").exists() else Path.cwd()) / "runs"
RESULT = "result.json"
NEEDED = frozenset({"experiments", "verdict"})
NEAREST_AT_MOST = 3


def run_names(runs: Path = RUNS) -> tuple[str, ...]:
    """Return the names of all runs that have a result, the oldest first."""
    return tuple(sorted(found.parent.name for found in runs.glob(f"*/{RESULT}")))


def find_run(said: str | None, runs: Path = RUNS) -> Path:
    """Return the folder of the run that `said` means.

    Args:
        said: its folder, a file in it, or its name; None for the latest.
        runs: where names are looked for.

    Raises:
        ConfigError: there is none; the message names the nearest.
    """
    names = run_names(runs)
    if said is None and names:
        return runs / names[-1]
    if said is None:
        raise ConfigError(f"no run in {runs} (frontlab demo makes one)")
    named = [runs / said] if said in names else []
    for folder in (Path(said), Path(said).parent, *named):
        if (folder / RESULT).is_file():
            return folder
    raise ConfigError(f"{said}: not a run's folder or name ({_cure(said, names)})")


def read_result(folder: Path) -> dict[str, Any]:
    """Return what `result.json` of a run says, with where folder and report are.

    Raises:
        ConfigError: it cannot be read.
    """
    path = folder / RESULT
    try:
        result = json.loads(path.read_text())
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"{path}: not what a run writes: {error}") from error
    if not isinstance(result, dict) or not result.keys() >= NEEDED:
        needed = " and ".join(sorted(NEEDED))
        raise ConfigError(f"{path}: not what a run writes: it needs {needed}")
    return result | {"report": str(folder / "report.html"), "folder": str(folder)}


def _cure(said: str, names: tuple[str, ...]) -> str:
    if not names:
        return "there are no runs: frontlab demo makes one"
    near = get_close_matches(Path(said).name, names, NEAREST_AT_MOST)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"the latest are {', '.join(names[-NEAREST_AT_MOST:])}"

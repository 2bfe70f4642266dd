"""Verbs of experiments: demo, run and report."""

import functools
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from balancer.errors import ConfigError

from .choices import Controller, Datapath, Links
from .console import OUT, Json, Progress, emit, show_table
from .interrupts import interrupts_kept
from .ownership import give_back, make_folder
from .root import need_root
from .stored import RUNS, find_run, read_result

if TYPE_CHECKING:
    from topo.world.records import World

DEMO_WORLD = "earth"
DEMO_EXPERIMENTS = ["dsr_reply_paths", "resolver_caching"]
COLOURS = {"pass": "green", "fail": "red", "invalid": "yellow", "inconclusive": "cyan"}

# What a sandbox has of its own: files that are written there end with it.
PRIVATE = (Path("/run"), Path("/dev/shm"))

Out = Annotated[Path, typer.Option("--out", help="Where the run's folder is made.")]
Seed = Annotated[int, typer.Option(help="Of everything random.")]


def demo(out: Out = RUNS, seed: Seed = 1, as_json: Json = False) -> None:
    """Run the main job: six continents, DNS to VIP to backend and straight back.

    Example: frontlab demo
    """
    _run(DEMO_EXPERIMENTS, DEMO_WORLD, _Wishes(out, seed, 1, as_json=as_json))


def run(
    experiments: Annotated[
        list[str],
        typer.Argument(help="Names, as `frontlab list` shows them, or files."),
    ],
    world: Annotated[
        str | None, typer.Option(help="A world's name or file; the experiment's own.")
    ] = None,
    out: Out = RUNS,
    seed: Seed = 1,
    repeats: Annotated[
        int, typer.Option(min=1, max=100, help="How often, each in a lab of its own.")
    ] = 1,
    controller: Controller = "os_ken",
    links: Links = "auto",
    datapath: Datapath = "auto",
    as_json: Json = False,
) -> None:
    """Run experiments in a lab of their own and judge them.

    Exit status: 0 pass, 1 fail, 3 invalid (the emulation was not faithful enough),
    4 inconclusive.

    Example: frontlab run dsr_reply_paths --world duo
    """
    from experiments.kit.catalogue import load_experiment

    chosen = load_experiment(experiments[0]).world if world is None else world
    lab = {"framework": controller, "wan": links, "datapath": datapath}
    _run(experiments, chosen, _Wishes(out, seed, repeats, lab, as_json))


def report(
    run: Annotated[
        str | None,
        typer.Argument(help="A run's folder or name; the latest by default."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what a run came to, and where its report is.

    Example: frontlab report
    """
    result = read_result(find_run(run))
    if as_json:
        emit(result)
    else:
        _show(result)


class _Wishes:
    """How to run, as the user said it."""

    def __init__(
        self,
        out: Path,
        seed: int,
        repeats: int,
        lab: dict[str, Any] | None = None,
        as_json: bool = False,
    ) -> None:
        self.out, self.seed, self.repeats = out.resolve(), seed, repeats
        self.lab, self.as_json = lab or {}, as_json
        if any(self.out.is_relative_to(folder) for folder in PRIVATE):
            raise ConfigError(f"--out {out}: a sandbox cannot write there")


def _check_writable(folder: Path) -> None:
    """Raise ConfigError now rather than when a run has been measured."""
    try:
        make_folder(folder)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise ConfigError(f"--out {folder}: {error.strerror}") from error


def _run(names: list[str], world: str, wishes: _Wishes) -> None:
    need_root()
    from experiments.kit.catalogue import load_experiment
    from topo.sandbox import run_sandboxed
    from topo.world_file import load_world

    # A wrong name is told before anything is started.
    found = [load_experiment(name).name for name in names]
    for name in found:
        if found.count(name) > 1:
            raise ConfigError(f"experiment {name}: said twice (--repeats N repeats)")
    loaded = load_world(world)
    _check_writable(wishes.out)
    main = functools.partial(_measure, names, loaded, wishes)
    raise typer.Exit(run_sandboxed(main, loaded.name))


@interrupts_kept()
def _measure(names: list[str], world: "World", wishes: _Wishes) -> int:
    """Run inside the sandbox; return the exit status of the verdict."""
    from experiments.kit.results.folder import NotWritten
    from experiments.kit.runner import RunOptions, run_experiments
    from topo.lab.errors import LabError
    from topo.lab.start import Options, open_lab

    progress = Progress(quiet=wishes.as_json)
    options = replace(Options(**wishes.lab), reopened=wishes.repeats > 1)
    factory = functools.partial(open_lab, world.name, world, options, progress)
    how = RunOptions(wishes.seed, wishes.repeats)
    try:
        result = run_experiments(factory, names, wishes.out, progress, how)
        answer, status = result.to_json(), result.exit_status
        give_back(result.folder)
    except (LabError, NotWritten) as error:
        answer, status = _invalid(names, str(error)), 3
    finally:
        progress.done()
    if wishes.as_json:
        emit(answer)
    else:
        _show(answer)
    return status


def _invalid(names: list[str], reason: str) -> dict[str, Any]:
    """Return the answer of a run without a lab or results: nothing to judge."""
    outcome = {"verdict": "invalid", "claims": [], "reason": reason}
    return {
        "verdict": "invalid",
        "report": None,
        "experiments": [{"name": name, **outcome} for name in names],
    }


def _show(answer: dict[str, Any]) -> None:
    told = set()
    for outcome in answer["experiments"]:
        rows = [
            (_coloured(claim["verdict"]), claim["name"], claim["observed"])
            for claim in outcome["claims"]
        ]
        if rows:
            show_table(outcome["name"], ("verdict", "claim", "observed"), rows)
        else:
            OUT.print(Text(outcome["name"], "bold"))
        if outcome["reason"] and outcome["reason"] not in told:
            OUT.print(outcome["reason"])
            told.add(outcome["reason"])
        OUT.print()
    OUT.print(Text.assemble("verdict: ", _coloured(answer["verdict"])))
    if answer["report"]:
        OUT.print(f"report:  {answer['report']}", soft_wrap=True)


def _coloured(verdict: str) -> Text:
    return Text(verdict, COLOURS[verdict])

"""The verb bench: figures with their targets, told as they were measured."""

from typing import Annotated

import typer

from experiments.bench.catalogue import benchmarks
from experiments.bench.figure import Figure

from .console import Json, Progress, emit, show_table
from .root import need_root


def bench(
    group: Annotated[
        str, typer.Argument(help="A group (lab, vip or dns), or one benchmark.")
    ] = "lab",
    as_json: Json = False,
) -> None:
    """Measure performance and compare it with its targets.

    A figure that misses its target is told, and is not an error.

    Example: frontlab bench lab
    """
    need_root()
    progress = Progress(quiet=as_json)
    figures: list[Figure] = []
    for name, run in benchmarks(group):
        progress(f"measuring {name}")
        figures += run()
    progress.done()
    if as_json:
        emit({"benchmarks": [figure.as_json() for figure in figures]})
        return
    columns = ("figure", "value", "unit", "target", "met", "against")
    show_table(f"bench {group}", columns, map(_row, figures))


def _row(figure: Figure) -> tuple[str | None, ...]:
    target = None if figure.target is None else f"{figure.target:g}"
    met = {True: "yes", False: "NO", None: None}[figure.met]
    return (
        figure.name,
        f"{figure.value:.4g}",
        figure.unit,
        target,
        met,
        figure.against,
    )

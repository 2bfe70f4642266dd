"""Verbs that only look: doctor (this machine) and plan (a world)."""

from typing import Annotated

import typer
from rich.text import Text

from topo.world_file import load_world

from .console import OUT, Json, emit, show_lines, show_table

FOUND, MISSING = Text("found  ", "green"), Text("missing", "yellow")


def doctor(as_json: Json = False) -> None:
    """Show which kernel features and tools there are, and what is used instead.

    Example: frontlab doctor
    """
    from topo.features import probe_features

    features = probe_features()
    if as_json:
        emit({"features": [feature.as_json() for feature in features]})
        return
    for feature in features:
        mark = FOUND if feature.found else MISSING
        OUT.print(Text.assemble(mark, f" {feature.name}: {feature.detail}"))
        if not feature.found and feature.used_instead:
            OUT.print(f"          used instead: {feature.used_instead}")
        if not feature.found and feature.cure:
            OUT.print(f"          cure: {feature.cure}")


def plan(
    world: Annotated[str, typer.Argument(help="A world's name, or its TOML file.")],
    as_json: Json = False,
) -> None:
    """Show a world's sites, links, hosts and addresses without running it.

    Example: frontlab plan earth
    """
    from topo.world.describe import describe
    from topo.world.plan import make_plan

    loaded = load_world(world)
    description = describe(make_plan(loaded))
    if as_json:
        emit(description.as_json())
        return
    show_lines([": ".join(filter(None, (loaded.name, loaded.description))), ""])
    for table in description.tables:
        show_table(table.title, table.columns, table.rows)
        print()

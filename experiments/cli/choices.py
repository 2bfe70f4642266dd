"""Options that are the same for every verb that has them."""

from typing import Annotated, Literal

import typer

Controller = Annotated[
    Literal["os_ken", "ryu"], typer.Option(help="The controller's framework.")
]
Links = Annotated[
    Literal["auto", "netem", "relay"], typer.Option(help="How links are made.")
]
Datapath = Annotated[
    Literal["auto", "netdev", "system"], typer.Option(help="Open vSwitch's datapath.")
]
Timeout = Annotated[
    float,
    typer.Option("--timeout", min=1, max=3600, help="Seconds until it gives up."),
]

# For scripts, and where others have labs of their own.
VARIABLE = "FRONTLAB_LAB"
HELP = "The lab; needed when several are up."
Name = Annotated[str | None, typer.Argument(envvar=VARIABLE, help=HELP)]
Lab = Annotated[str | None, typer.Option("--lab", envvar=VARIABLE, help=HELP)]

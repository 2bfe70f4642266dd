"""The frontlab command: its verbs, and how errors end it."""

import sys
from collections.abc import Callable

import typer

from balancer.errors import ConfigError, FrontlabError

from . import bench, explain_flow, explain_name, labs, looks, runs
from .console import emit

USAGE_STATUS = 2
FAILED_STATUS = 1

# Everything behind the host's name belongs to the command that runs there.
PASS_ON = {"allow_interspersed_args": False, "ignore_unknown_options": True}


def make_app() -> typer.Typer:
    """Return the command with all its verbs, in the order in which one uses them."""
    app = typer.Typer(
        name="frontlab",
        help="Load balancing at the frontend, and a testbed that proves it.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for name, verb in _verbs().items():
        settings = PASS_ON if name == "exec" else None
        app.command(name, context_settings=settings)(verb)
    return app


def run() -> None:
    """Run the command line; its exit status says how it ended.

    Raises:
        KeyboardInterrupt: whatever was running is gone.
    """
    try:
        make_app()(prog_name="frontlab")
    except SystemExit as ended:
        # Typer ends like this on wrong use, when it has told what is wrong.
        wrong = getattr(ended.__context__, "format_message", None)
        if wrong and "--json" in sys.argv:
            emit({"error": wrong()})
        raise
    except FrontlabError as error:
        _tell(str(error))
        wrong_use = isinstance(error, ConfigError)
        sys.exit(USAGE_STATUS if wrong_use else FAILED_STATUS)


def _verbs() -> dict[str, Callable[..., None]]:
    return {
        "demo": runs.demo,
        "doctor": looks.doctor,
        "plan": looks.plan,
        "up": labs.up,
        "list": labs.list_,
        "ps": labs.ps,
        "exec": labs.exec_,
        "explain": explain_name.explain,
        "explain-flow": explain_flow.explain,
        "shell": labs.shell,
        "down": labs.down,
        "gc": labs.gc,
        "run": runs.run,
        "report": runs.report,
        "bench": bench.bench,
    }


def _tell(message: str) -> None:
    print(f"frontlab: {message}", file=sys.stderr)
    if "--json" in sys.argv:
        emit({"error": message})

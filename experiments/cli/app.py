"""The frontlab command: its verbs, and how errors end it."""

import sys
from collections.abc import Callable

import typer

from balancer.errors import ConfigError, FrontlabError

from . import bench, explain_flow, explain_name, labs, looks, runs
from .console import emit
from .streams import OutputLost, guarded

HELP = """Load balancing at the frontend, and a testbed that proves it.

Exit status: 0 pass or done, 1 fail, 2 wrong use (an unknown name, a wrong file or \
option), 3 invalid (the emulation was not faithful enough), 4 inconclusive, 130 \
interrupted; of exec it is the command's."""

USAGE_STATUS = 2
FAILED_STATUS = 1

HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}
# Everything behind the host's name belongs to the command that runs there.
PASS_ON = {"allow_interspersed_args": False, "ignore_unknown_options": True}


def make_app() -> typer.Typer:
    """Return the command with all its verbs, in the order in which one uses them."""
    app = typer.Typer(
        name="frontlab",
        help=HELP,
        context_settings=HELP_OPTIONS,
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
        with guarded():
            _run()
    except OutputLost as error:
        print(f"frontlab: {error}", file=sys.stderr)
        sys.exit(FAILED_STATUS)


def _run() -> None:
    try:
        sys.exit(make_app()(prog_name="frontlab", standalone_mode=False))
    except OutputLost:
        raise  # There is nowhere to tell it in the usual way.
    except FrontlabError as error:
        _tell(str(error))
        wrong_use = isinstance(error, ConfigError)
        sys.exit(USAGE_STATUS if wrong_use else FAILED_STATUS)
    except Exception as error:
        # What words are wrong; its class is nothing that Typer shows.
        wrong = getattr(error, "format_message", None)
        if wrong is None:
            raise
        _tell_usage(wrong(), error)
        sys.exit(USAGE_STATUS)


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


def _tell_usage(said: str, error: Exception) -> None:
    """Tell what is wrong with the command's words; nothing if help was what it told."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "frontlab"
    if said:
        _tell(f"{said.rstrip('.')} (see {command} --help)")


def _tell(message: str) -> None:
    print(f"frontlab: {message}", file=sys.stderr)
    if "--json" in sys.argv:
        emit({"error": message})

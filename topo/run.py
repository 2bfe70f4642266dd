"""Running one command to its end, with its own words in the error."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from balancer.errors import FrontlabError


class CommandError(FrontlabError):
    """A command failed; the message holds its arguments and its last words."""


def run(argv: Sequence[str | Path], timeout_s: float = 30.0, stdin: str = "") -> str:
    """Run `argv` to its end and return its standard output.

    Raises:
        CommandError: it is not installed, failed, or ran past `timeout_s`.
    """
    words = [str(word) for word in argv]
    try:
        done = subprocess.run(
            words, input=stdin, capture_output=True, text=True, timeout=timeout_s
        )
    except FileNotFoundError as error:
        cure = "run ./provision.sh"
        raise CommandError(f"{words[0]}: not installed ({cure})") from error
    except subprocess.TimeoutExpired as error:
        raise CommandError(f"{' '.join(words)}: not done in {timeout_s:g} s") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise CommandError(f"{' '.join(words)}: status {done.returncode}: {said}")
    return done.stdout

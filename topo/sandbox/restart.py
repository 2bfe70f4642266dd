"""Running this very program once more, inside a sandbox."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from balancer.errors import FrontlabError

from .mounts import NAME_FILE
from .outer import run_sandboxed


def restart_sandboxed(argv: Sequence[str | Path], name: str) -> None:
    """Unless inside a sandbox already, run `argv` in one and end with its status."""
    if NAME_FILE.exists():
        return
    words = [str(word) for word in argv]

    def become() -> int:
        os.execv(words[0], words)  # noqa: S606 (an argument list, and no shell)

    try:
        sys.exit(run_sandboxed(become, name))
    except FrontlabError as error:
        sys.exit(f"frontlab: {error}")

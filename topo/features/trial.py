"""Trying a feature by a command in a network namespace that ends with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..run import CommandError, run
from .records import Feature

TRIAL_WITHIN_S = 5.0
COMMAND_AND_STATUS = re.compile(r"^.*: status \d+: ?")


@dataclass(frozen=True, slots=True)
class Trial:
    """A command that succeeds where a feature is; `missing` is told where it is not.

    Whatever the command makes goes with its namespace, which has no name and no
    other process.
    """

    argv: Sequence[str]
    missing: Feature

    def run(self) -> Feature:
        """Return the feature as the command showed it."""
        try:
            run(["unshare", "--net", *self.argv], timeout_s=TRIAL_WITHIN_S)
        except CommandError as error:
            return replace(self.missing, detail=last_words(str(error)))
        return replace(
            self.missing, found=True, detail="works", used_instead="", cure=""
        )


def last_words(text: str) -> str:
    """Return the last line of a command's error, without the command."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return COMMAND_AND_STATUS.sub("", lines[-1]) if lines else ""

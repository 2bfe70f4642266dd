"""Verbs that build networks need root; the rest do not."""

import os

from balancer.errors import FrontlabError


class NotRoot(FrontlabError):
    """The verb needs root and the process is not."""


def need_root() -> None:
    """Raise NotRoot, in one line with its cure, unless this process is root's."""
    if os.geteuid() != 0:
        raise NotRoot("this needs root: run it by ./frontlab, which asks for it")

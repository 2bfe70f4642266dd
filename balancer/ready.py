"""Telling the parent that a program is ready, by s6's notification descriptor."""

import os

from .errors import FrontlabError


def announce(descriptor: int | None) -> None:
    """Write a newline to `descriptor` and close it; None means nobody waits.

    Called once, after every socket is bound and every table is filled.

    Raises:
        FrontlabError: nobody is there to be told.
    """
    if descriptor is None:
        return
    try:
        os.write(descriptor, b"\n")
        os.close(descriptor)
    except OSError as error:
        raise FrontlabError(f"--notify-fd {descriptor}: {error.strerror}") from error

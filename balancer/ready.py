"""Telling the parent that a program is ready, by s6's notification descriptor."""

import os


def announce(descriptor: int | None) -> None:
    """Write a newline to `descriptor` and close it; None means nobody waits.

    Called once, after every socket is bound and every table is filled.
    """
    if descriptor is None:
        return
    os.write(descriptor, b"\n")
    os.close(descriptor)

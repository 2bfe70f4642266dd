"""A Ctrl-C that is not lost in what it interrupts."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interrupts_kept() -> Iterator[None]:
    """Raise KeyboardInterrupt at the end of the body if one came and was swallowed.

    Python raises it wherever it is, and libraries lose it there: a finalizer, or an
    extension while it is loaded, which makes another error of it.
    """
    former = signal.getsignal(signal.SIGINT)
    if not callable(former):
        yield  # Nothing is raised here by a signal.
        return
    came, raise_it = False, former

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal came
        came = True
        raise_it(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
        if came:
            raise KeyboardInterrupt

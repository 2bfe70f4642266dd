"""Closing packet sockets together, as each takes its time alone.

Closing one waits until no core can be delivering to it any more, a grace period of the
kernel (`synchronize_net`), 8 to 16 ms. Those of several threads wait for the same one.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

# Threads, of which a machine has thousands.
AT_ONCE = 256


@contextmanager
def closing(descriptors: Sequence[int]) -> Iterator[None]:
    """Close `descriptors` beside what the caller does; all are closed at the end."""
    shares = [descriptors[first::AT_ONCE] for first in range(AT_ONCE)]
    threads = [
        threading.Thread(target=_close, args=(share,)) for share in shares if share
    ]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join()


def close_together(descriptors: Sequence[int]) -> None:
    """Close `descriptors`, and return when all are."""
    with closing(descriptors):
        pass


def _close(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)

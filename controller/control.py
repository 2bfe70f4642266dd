"""The control socket: lines of JSON in, lines of JSON out; what they mean is the app's.

A session is served by a thread of the framework's own kind, and what it says is queued
for the thread that handles all events.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

MOST_OCTETS = 4096  # of a line

Answer = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Said:
    """A line that a session said; None: the session has ended."""

    session: int
    line: bytes | None
    answer: Answer


class Control:
    """Serves sessions.

    Args:
        tell: takes what was said.
        make_queue: makes what one thread waits at for the other.
    """

    def __init__(
        self,
        tell: Callable[[Said], None],
        make_queue: Callable[[], Any],  # of the framework, which has no types
    ) -> None:
        self._tell, self._make_queue = tell, make_queue
        self._numbers = count(1)

    def serve(
        self,
        connection: Any,  # noqa: ANN401 - a socket of the framework's kind
        _address: object,
    ) -> None:
        """Talk with one session until it ends."""
        session = next(self._numbers)
        answers = self._make_queue()
        try:
            for line in _lines(connection):
                self._tell(Said(session, line, answers.put))
                connection.sendall(json.dumps(answers.get()).encode() + b"\n")
        except OSError:
            pass  # It left without waiting for its answer.
        finally:
            self._tell(Said(session, None, answers.put))
            connection.close()


def _lines(connection: Any) -> Iterator[bytes]:  # noqa: ANN401 - as above
    """Yield the lines of a connection, until it ends or one gets too long."""
    received = b""
    while len(received) <= MOST_OCTETS:
        octets = connection.recv(MOST_OCTETS)
        if not octets:
            return
        *lines, received = (received + octets).split(b"\n")
        yield from lines

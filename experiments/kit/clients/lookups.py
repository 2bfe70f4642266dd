"""What became of a steady stream of look-ups: who answered, and what failed; no I/O."""

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from operator import attrgetter


@dataclass(slots=True)
class Lookup:
    """A question that was asked once.

    Args:
        asked_s: when, by a clock that does not go back.
        heard_s: when it was answered, None if it was not.
        server: who answered.
    """

    asked_s: float
    heard_s: float | None = None
    server: str = ""


@dataclass(slots=True)
class Lookups:
    """Look-ups of one client, in the order in which they were asked.

    Args:
        asked: all of them.
        ended_s: when nothing more was asked.
    """

    asked: list[Lookup] = field(default_factory=list)
    ended_s: float = 0.0

    @property
    def servers(self) -> list[str]:
        """Who answered, each once for as long as it went on answering."""
        names = [name for _, name in self._heard()]
        after = ["", *names]
        return [name for last, name in zip(after, names, strict=False) if name != last]

    @property
    def gap_s(self) -> float:
        """The longest time without an answer, from the first question to the end."""
        first = [it.asked_s for it in self.asked[:1]]
        times = [*first, *(at for at, _ in self._heard() if at < self.ended_s)]
        return max((b - a for a, b in pairwise([*times, self.ended_s])), default=0.0)

    def first_heard_s(self, server: str) -> float:
        """Return when a server was heard first; infinity if it never was."""
        return min((at for at, name in self._heard() if name == server), default=inf)

    def between(self, start_s: float, end_s: float) -> list[Lookup]:
        """Return those that were asked then."""
        return [it for it in self.asked if start_s <= it.asked_s < end_s]

    def failed(self, start_s: float = -inf, end_s: float = inf) -> int:
        """Return how many of those asked then nobody answered."""
        return sum(it.heard_s is None for it in self.between(start_s, end_s))

    def failed_twice(self, wait_s: float, start_s: float, end_s: float) -> int:
        """Return how many of those asked then fail for who asks again after a while.

        The second attempt comes to what the first look-up came to that was asked so
        much later; if none was, it fails.
        """
        return sum(
            it.heard_s is None and not self._is_answered(it.asked_s + wait_s)
            for it in self.between(start_s, end_s)
        )

    def _is_answered(self, asked_s: float) -> bool:
        at = bisect_left(self.asked, asked_s, key=attrgetter("asked_s"))
        return at < len(self.asked) and self.asked[at].heard_s is not None

    def _heard(self) -> list[tuple[float, str]]:
        return sorted(
            (it.heard_s, it.server) for it in self.asked if it.heard_s is not None
        )

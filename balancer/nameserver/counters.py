"""What the server counts, and the JSON object that shows it."""

from typing import Any

from .answer import Answer
from .fast import FastPath
from .resolve import Outcome

MAX_SOURCES = 4096
COUNTED = (
    "udp",
    "tcp",
    "transfers",
    "truncated",
    "dropped",
    "ecs",
    "cookies",
    "proven",  # cookies that were ours
    "slipped",  # responses over the rate limit, sent truncated
    "held_back",  # responses over the rate limit, not sent
    "unsent",  # responses that the kernel did not take
    "lost_connections",  # TCP connections that could not be accepted
    "other_sources",  # queries of sources that the table had no room for
)


class Counters:
    """Counts since the start; `FastPath` counts what it answers by itself."""

    __slots__ = ("_counts", "_fast", "sources")

    def __init__(self, fast: FastPath) -> None:
        self._fast = fast
        self._counts = dict.fromkeys((*COUNTED, *(o.value for o in Outcome)), 0)
        self.sources: dict[str, int] = {}

    def follow(self, fast: FastPath) -> None:
        """Go on with another fast path, and keep what the one before it counted."""
        self._add_fast(self._counts)
        self._fast = fast

    def count(self, name: str, times: int = 1) -> None:
        """Add to a counter."""
        self._counts[name] += times

    def count_answer(self, answer: Answer) -> None:
        """Count an answer by its outcome, and what was special about it."""
        _, outcome, truncated, client_subnet, cookie, is_proven = answer
        counts = self._counts
        counts[outcome] += 1
        if truncated:
            counts["truncated"] += 1
        if client_subnet:
            counts["ecs"] += 1
        if cookie:
            counts["cookies"] += 1
            counts["proven"] += is_proven

    def count_source(self, source: str, queries: int = 1) -> None:
        """Count queries by who sent them; sources beyond the table share a counter."""
        if source in self.sources:
            self.sources[source] += queries
        elif len(self.sources) < MAX_SOURCES:
            self.sources[source] = queries
        else:
            self.count("other_sources", queries)

    def snapshot(self, site: str) -> dict[str, Any]:
        """Return the status object."""
        counts = dict(self._counts)
        self._add_fast(counts)
        queries = counts["udp"] + counts["tcp"]
        sources = dict(self.sources)
        return {
            "site": site,
            "counters": {"queries": queries, **counts},
            "queries_by_source": sources,
        }

    def _add_fast(self, counts: dict[str, int]) -> None:
        for name in ("udp", "answers"):
            counts[name] += self._fast.answered
        counts["ecs"] += self._fast.client_subnets
        counts["cookies"] += self._fast.cookies
        counts["proven"] += self._fast.proven

"""What the server counts, and the JSON object that shows it."""

from typing import Any

from ..telemetry.latency import Latency
from ..telemetry.samples import Samples
from ..telemetry.tallies import NO_SCOPE, Tallies
from ..zones.finding import Outcome
from .answered import Answer
from .fast import FastPath

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

    __slots__ = ("_counts", "_fast", "_slow", "samples", "sources", "tcp", "udp")

    def __init__(self, fast: FastPath) -> None:
        self._fast = fast
        self._slow = Tallies()
        self.udp, self.tcp = Latency(), Latency()
        self.samples = Samples()
        self._counts = dict.fromkeys((*COUNTED, *(o.value for o in Outcome)), 0)
        self.sources: dict[str, int] = {}

    def follow(self, fast: FastPath) -> None:
        """Go on with another fast path, and keep what the one before it counted."""
        self._add_fast(self._counts)
        self._slow.add(self._fast.tallies)
        self._fast = fast

    def count(self, name: str, times: int = 1) -> None:
        """Add to a counter."""
        self._counts[name] += times

    def count_dropped(self, transport: str) -> None:
        """Count a message by "udp" or "tcp" that is not answered."""
        self._counts[transport] += 1
        self._counts["dropped"] += 1

    def count_answer(self, answer: Answer, transport: str) -> None:
        """Count an answer by "udp" or "tcp", and what was special about it."""
        _, outcome, truncated, about, cookie, is_proven = answer
        counts = self._counts
        counts[transport] += 1
        counts[outcome] += 1
        if truncated:
            counts["truncated"] += 1
        if about is not None:
            self._slow[about].count += 1
            counts["ecs"] += about.scope != NO_SCOPE
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
            self._counts["other_sources"] += queries

    def snapshot(self, site: str) -> dict[str, Any]:
        """Return the status object."""
        counts = dict(self._counts)
        self._add_fast(counts)
        queries = counts["udp"] + counts["tcp"]
        sources = dict(self.sources)
        tallies = Tallies()
        tallies.add(self._slow)
        tallies.add(self._fast.tallies)
        return {
            "site": site,
            "counters": {"queries": queries, **counts},
            "queries_by_source": sources,
            "answered": tallies.snapshot(),
            "latency_us": {
                "udp": self.udp.snapshot(),
                "tcp": self.tcp.snapshot(),
            },
            "samples": self.samples.snapshot(),
        }

    def _add_fast(self, counts: dict[str, int]) -> None:
        tallies = self._fast.tallies
        for name in ("udp", "answers"):
            counts[name] += tallies.total
        counts["ecs"] += tallies.with_subnet
        counts["cookies"] += self._fast.cookies
        counts["proven"] += self._fast.proven

"""Where every message is answered: the fast path, else the slow one, and counters."""

from collections.abc import Iterator, Mapping

from ..content.authority import Authority
from ..protection.limit import SEND, Limiter, RateLimit, Verdict
from ..telemetry.tallies import Said
from ..transfer.axfr import transfer
from ..zones.zone import Zone
from .answer import Drop, consider, truncated_answer
from .answered import Answer
from .counters import Counters
from .fast import FastPath, asked_name

NOTHING_SAID: Mapping[bytes, Said] = {}
ERROR = b"error"  # what all errors have in common


class Desk:
    """Answers messages and counts them; knows no sockets."""

    __slots__ = ("_authority", "_limiter", "_sources", "counters", "fast")

    def __init__(self, authority: Authority, limit: RateLimit | None = None) -> None:
        self._authority = authority
        self._limiter = None if limit is None else Limiter(limit)
        self.fast = FastPath(authority)
        self.counters = Counters(self.fast)
        self._sources = self.counters.sources

    @property
    def zones(self) -> tuple[Zone, ...]:
        """What is answered from."""
        return tuple(self._authority.zones.by_apex.values())

    def replace(self, authority: Authority, limit: RateLimit | None = None) -> None:
        """Answer from something else, and go on counting."""
        self._authority = authority
        self._limiter = None if limit is None else Limiter(limit)
        self.fast = FastPath(authority)
        self.counters.follow(self.fast)

    def forget(self) -> None:
        """Forget what is kept ready: policies have changed."""
        self.fast = FastPath(self._authority)
        self.counters.follow(self.fast)

    @property
    def said(self) -> Mapping[bytes, Said]:
        """Responses to queries by UDP that may be given again, with what counts them.

        Both are without identifiers. Where responses are limited, there are none.
        """
        return NOTHING_SAID if self._limiter is not None else self.fast.said

    def count_repeated(self, source: str, times: int) -> None:
        """Count the source of queries that were answered from `said`."""
        self.counters.count_source(source, times)

    def answer_datagram(self, data: bytes, source: str, now_s: int) -> bytes | None:
        """Return the response to a message by UDP; None: there is none."""
        if source in self._sources:
            self._sources[source] += 1
        else:
            self.counters.count_source(source)
        if self._limiter is not None:
            return self._answer_limited(self._limiter, data, source, now_s)
        wire = self.fast.answer(data, source, now_s)
        if wire is not None:
            return wire
        return self._answer_slowly(data, source, now_s)

    def _answer_limited(
        self, limiter: Limiter, data: bytes, source: str, now_s: int
    ) -> bytes | None:
        proven_before = self.fast.proven
        wire = self.fast.answer(data, source, now_s)
        if wire is None:
            return self._judge_slow(limiter, data, source, now_s)
        # Who returns our cookie is where it says it is.
        if self.fast.proven > proven_before:
            return wire
        verdict = limiter.judge(source, b"a" + asked_name(data), now_s)
        if verdict is SEND:
            return wire
        self.counters.count(verdict.value)
        return truncated_answer(data) if verdict is Verdict.SLIP else None

    def _judge_slow(
        self, limiter: Limiter, data: bytes, source: str, now_s: int
    ) -> bytes | None:
        found = consider(self._authority, data, source, now_s)
        if isinstance(found, Drop):
            self.counters.count_dropped("udp")
            return None
        verdict = SEND
        if not found.is_proven:
            likeness = ERROR if isinstance(found, Answer) else found.likeness
            verdict = limiter.judge(source, likeness, now_s)
        if isinstance(found, Answer):
            result = found
        # What is held back is neither signed nor written.
        elif verdict is SEND:
            result = found.write(self._authority, now_s)
        else:
            result = found.answer(b"")
        self.counters.count_answer(result, "udp")
        if verdict is SEND:
            return result.wire
        self.counters.count(verdict.value)
        return truncated_answer(data) if verdict is Verdict.SLIP else None

    def answer_message(
        self, data: bytes, source: str, now_s: int
    ) -> bytes | Iterator[bytes] | None:
        """Return the response to a message by TCP, or those of a transfer, if any."""
        self.counters.count_source(source)
        messages = transfer(self._authority, data, source)
        if messages is not None:
            self.counters.count("tcp")
            self.counters.count("transfers")
            return messages
        return self._answer_slowly(data, source, now_s, "tcp")

    def _answer_slowly(
        self, data: bytes, source: str, now_s: int, transport: str = "udp"
    ) -> bytes | None:
        found = consider(self._authority, data, source, now_s)
        if isinstance(found, Drop):
            self.counters.count_dropped(transport)
            return None
        if isinstance(found, Answer):
            result = found
        else:
            result = found.write(self._authority, now_s, transport == "tcp")
        self.counters.count_answer(result, transport)
        return result.wire

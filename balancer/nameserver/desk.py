"""Where every message is answered: the fast path, else the slow one, and counters."""

from .answer import Drop, answer
from .authority import Authority
from .counters import Counters
from .fast import FastPath
from .zones.zone import Zone


class Desk:
    """Answers messages and counts them; knows no sockets."""

    __slots__ = ("_authority", "_sources", "counters", "fast")

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self.fast = FastPath(authority)
        self.counters = Counters(self.fast)
        self._sources = self.counters.sources

    @property
    def zones(self) -> tuple[Zone, ...]:
        """What is answered from."""
        return tuple(self._authority.zones.by_apex.values())

    def replace(self, authority: Authority) -> None:
        """Answer from something else, and go on counting."""
        self._authority = authority
        self.fast = FastPath(authority)
        self.counters.follow(self.fast)

    def answer_datagram(self, data: bytes, source: str, now_s: int) -> bytes | None:
        """Return the response to a message by UDP; None: there is none."""
        try:
            self._sources[source] += 1
        except KeyError:
            self.counters.count_source(source)
        wire = self.fast.answer(data, source, now_s)
        if wire is not None:
            return wire
        self.counters.count("udp")
        return self._answer(data, source, now_s, stream=False)

    def answer_message(self, data: bytes, source: str, now_s: int) -> bytes | None:
        """Return the response to a message by TCP; None: there is none."""
        self.counters.count("tcp")
        self.counters.count_source(source)
        return self._answer(data, source, now_s, stream=True)

    def _answer(
        self, data: bytes, source: str, now_s: int, stream: bool
    ) -> bytes | None:
        result = answer(self._authority, data, source, now_s, stream)
        if isinstance(result, Drop):
            self.counters.count("dropped")
            return None
        self.counters.count_answer(result)
        return result.wire

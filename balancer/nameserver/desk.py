"""Where every message is answered: the fast path, else the slow one, and counters."""

from .answer import Drop, Zones, answer
from .counters import Counters
from .fast import FastPath
from .policies import ClientAddress


class Desk:
    """Answers messages and counts them; knows no sockets."""

    __slots__ = ("_sources", "_zones", "counters", "fast")

    def __init__(self, zones: Zones) -> None:
        self._zones = zones
        self.fast = FastPath(zones)
        self.counters = Counters(self.fast)
        self._sources = self.counters.sources

    def answer_datagram(self, data: bytes, source: str) -> bytes | None:
        """Return the response to a message by UDP; None: there is none."""
        try:
            self._sources[source] += 1
        except KeyError:
            self.counters.count_source(source)
        wire = self.fast.answer(data, source)
        if wire is not None:
            return wire
        self.counters.count("udp")
        return self._answer(data, source, stream=False)

    def answer_message(self, data: bytes, source: str) -> bytes | None:
        """Return the response to a message by TCP; None: there is none."""
        self.counters.count("tcp")
        self.counters.count_source(source)
        return self._answer(data, source, stream=True)

    def _answer(self, data: bytes, source: str, stream: bool) -> bytes | None:
        result = answer(self._zones, data, ClientAddress.from_text(source), stream)
        if isinstance(result, Drop):
            self.counters.count("dropped")
            return None
        self.counters.count_answer(result)
        return result.wire

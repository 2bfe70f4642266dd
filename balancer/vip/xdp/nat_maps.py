"""The kernel's table of translated flows: read, counted, and rid of what is over."""

import time
from collections.abc import Collection, Iterator
from functools import cache
from itertools import islice
from struct import Struct

from ...kernel.maps import Map
from ...model import FiveTuple
from ..decision.clock import monotonic_ticks, passed_between, ticks
from ..nat.connection import Seen, lifetime_s
from ..nat.table import Translation
from ..tables.nat_limits import NatLimits
from .layouts import flow_key_bytes, flow_of, translation_bytes, translation_of

MOST_SWEPT = 8192  # flows at a time: others wait for the agent meanwhile
_AGE = Struct("=36xB3xI4xI")  # of struct translation: protocol, used, seen


class TranslationMap:
    """What `Translations` is to the reference.

    Args:
        translations: the map.
    """

    def __init__(self, translations: Map) -> None:
        self._map = translations

    def read(self) -> dict[FiveTuple, Translation]:
        """Return all of it, by the five-tuple of a backend's answers."""
        now_s = time.monotonic()
        items = self._map.items()
        return {flow_of(key): translation_of(value, now_s) for key, value in items}

    def find(self, answer: FiveTuple) -> Translation | None:
        """Return the translation that has this five-tuple of answers."""
        found = self._map.lookup(flow_key_bytes(answer))
        return translation_of(found[0], time.monotonic()) if found else None

    def put(self, answer: FiveTuple, translation: Translation) -> None:
        """Have a translation in the table."""
        self._map.update(flow_key_bytes(answer), translation_bytes(translation))

    def remove(self, answers: Collection[FiveTuple]) -> None:
        """Take out translations that are there."""
        for answer in answers:
            self._map.delete(flow_key_bytes(answer))

    def count(self) -> int:
        """Return how many flows have a port."""
        return self._map.count()

    def forget(self, backends: Collection[int]) -> None:
        """Take out the flows of backends, by number."""
        all_of_them = self.read().items()
        self.remove([answer for answer, t in all_of_them if t.backend in backends])

    def sweep(self, limits: NatLimits) -> None:
        """Take out flows that have been silent for their lifetimes, not all at once.

        The program gives a silent flow's port to another; but of the places in the
        table it looks at a few alone.
        """
        over = islice(self._over(limits), MOST_SWEPT)
        for key in list(over):
            self._map.delete(key)

    def _over(self, limits: NatLimits) -> Iterator[bytes]:
        """Yield keys; of each entry only what decides is read, as there may be many."""
        now = monotonic_ticks()

        @cache
        def lasts(protocol: int, seen: int) -> int:
            return ticks(lifetime_s(protocol, Seen(seen), limits))

        for key, value in self._map.items():
            protocol, used, seen = _AGE.unpack(value)
            if passed_between(used, now) > lasts(protocol, seen):
                yield key

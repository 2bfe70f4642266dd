"""Which flow has which of our ports towards a backend: the reference of bpf/ports.h.

There is one table, by the five-tuple of what the backend answers. A flow's port is
found again by its hash, which names a few candidates: so nothing has to be kept twice,
and a balancer that has lost its table mostly gives a flow the port that it had.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ...hashing.flow import hash_flow
from ...model import FiveTuple
from ..tables.nat_limits import NatLimits
from .connection import NOTHING, Seen, lifetime_s

CANDIDATES = 16  # ports that a flow may have at one backend
_WORD = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Translation:
    """A flow that is translated.

    Args:
        flow: from the client to the VIP.
        backend: its number, and `vip` the VIP's: for counting what comes back.
        used_s: when either side sent something last.
        seen: how far it is.
    """

    flow: FiveTuple
    backend: int
    vip: int
    used_s: float
    seen: Seen = NOTHING


class Translations(Mapping[FiveTuple, Translation]):
    """Translations by the five-tuple of what the backend answers, and no others.

    Args:
        limits: the bounds of the table.
    """

    def __init__(self, limits: NatLimits) -> None:
        self._limits = limits
        self._entries: dict[FiveTuple, Translation] = {}

    def __getitem__(self, answer: FiveTuple) -> Translation:
        return self._entries[answer]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[FiveTuple]:
        return iter(self._entries)

    def put(self, answer: FiveTuple, translation: Translation) -> None:
        """Have a translation in the table, in place of what was there."""
        self._entries[answer] = translation

    def find(self, flow: FiveTuple, there: int, ours: int) -> FiveTuple | None:
        """Return the answers' five-tuple of a flow that has a port, else None.

        Args:
            flow: from the client to the VIP.
            there: the backend's address, of the flow's family.
            ours: the balancer's.
        """
        for answer in candidates(flow, there, ours, self._limits):
            entry = self._entries.get(answer)
            if entry is not None and entry.flow == flow:
                return answer
        return None

    def take(self, translation: Translation, there: int, ours: int) -> FiveTuple | None:
        """Give a flow without a port one; return the answers' five-tuple.

        A port that nobody has comes first, as long as the table has room, then one
        whose flow has been silent for its lifetime. None when there is neither.
        """
        flow, now_s = translation.flow, translation.used_s
        answers = list(candidates(flow, there, ours, self._limits))
        known = [answer for answer in answers if answer in self._entries]
        free = (answer for answer in answers if answer not in self._entries)
        over = (answer for answer in known if self.is_over(answer, now_s))
        taken = None
        if len(self) < self._limits.flows:
            taken = next(free, None)
        if taken is None:
            taken = next(over, None)
        if taken is not None:
            self._entries[taken] = translation
        return taken

    def note(self, answer: FiveTuple, seen: Seen, now_s: float) -> None:
        """Note that a packet passed, and how far its connection is."""
        entry = self._entries[answer]
        self._entries[answer] = replace(entry, seen=seen, used_s=now_s)

    def is_over(self, answer: FiveTuple, now_s: float) -> bool:
        """Whether a flow that has a port has been silent for its lifetime."""
        entry = self._entries[answer]
        lasts_s = lifetime_s(answer.protocol, entry.seen, self._limits)
        return now_s - entry.used_s > lasts_s


def candidates(
    flow: FiveTuple, there: int, ours: int, limits: NatLimits
) -> Iterator[FiveTuple]:
    """Yield the five-tuples that a backend's answers to a flow may have."""
    place = hash_flow(flow)
    step = place >> 16 | 1
    for _ in range(CANDIDATES):
        port = limits.first_port + place % limits.ports
        yield FiveTuple(
            flow.version, there, ours, flow.protocol, flow.destination_port, port
        )
        place = place + step & _WORD

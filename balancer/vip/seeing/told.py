"""What there is to tell of a flow's translation; no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...model import FiveTuple
from ..nat.connection import state_of
from ..nat.rewrite import turned
from ..nat.table import Translation
from .flow_text import flow_text

Known = Mapping[FiveTuple, Translation]  # by the five-tuple of the answers


@dataclass(frozen=True, slots=True)
class Translated:
    """A flow's translation.

    Args:
        client: the flow as its client sees it.
        backend: as its backend does.
        state: how far it is; "new" when it has no port yet.
        idle_s: how long both sides have been silent.
    """

    client: str
    backend: str
    state: str
    idle_s: float

    def line(self) -> str:
        """Return it for people to read."""
        silent = "" if self.state == "new" else f", idle for {self.idle_s:.1f} s"
        return f"{self.client} is {self.backend}, {self.state}{silent}"


def tell(
    flow: FiveTuple, backend: int, before: Known, after: Known, now_s: float
) -> Translated | None:
    """Tell how a flow from a client to a VIP is translated at a backend, if it is.

    Args:
        flow: from the client.
        backend: its number.
        before: what there was before a packet of the flow.
        after: what there is now.
        now_s: the time, of the clock that translations have.
    """
    for answer, entry in after.items():
        if (entry.flow, entry.backend) == (flow, backend):
            known = before.get(answer)
            if known is None or known.flow != flow:
                return Translated(*_ends(answer, flow), "new", 0.0)
            return tell_known(answer, known, now_s)
    return None


def tell_known(answer: FiveTuple, known: Translation, now_s: float) -> Translated:
    """Tell of a translation that there is."""
    state = state_of(answer.protocol, known.seen)
    idle_s = max(0.0, now_s - known.used_s)
    return Translated(*_ends(answer, known.flow), state, idle_s)


def _ends(answer: FiveTuple, flow: FiveTuple) -> tuple[str, str]:
    return flow_text(flow), flow_text(turned(answer))

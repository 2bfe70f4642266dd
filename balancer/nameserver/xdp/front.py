"""XDP in front of the server: on its interface, up to date, and in its counts."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from ...errors import Unsupported
from ...kernel.xdp import XdpMode, attached, hardware_address
from ..content.content import Listening
from ..telemetry.merge import summed
from ..zones.zone import Zones
from .datapath import Datapath, open_datapath
from .hot import hot_questions
from .reasons import ANSWERED, Reason

log = logging.getLogger("frontlab-dns")


class Front:
    """Answers hot questions before they come to the server.

    Args:
        datapath: the program.
        mode: how it runs.
    """

    def __init__(self, datapath: Datapath, mode: XdpMode) -> None:
        self._datapath, self._mode = datapath, mode
        self._questions = 0

    def renew(self, zones: Zones) -> None:
        """Answer as these zones and the policies in force do."""
        questions = hot_questions(zones)
        self._datapath.write(questions)
        self._questions = len(questions)

    def add_to(self, status: dict[str, Any]) -> None:
        """Add what was answered to the counts of the server's status object."""
        reasons, sources = self._datapath.counters(), self._datapath.sources()
        answered = sum(reasons[reason.name] for reason in ANSWERED)
        counters = status.setdefault("counters", {})
        _add(counters, dict.fromkeys(("queries", "udp", "answers"), answered))
        _add(counters, {"ecs": reasons[Reason.ANSWERED_SUBNET.name]})
        # Sources come one after the other, while more is answered.
        _add(counters, {"other_sources": max(answered - sum(sources.values()), 0)})
        _add(status.setdefault("queries_by_source", {}), sources)
        answered_about = self._datapath.tallies().snapshot()
        status["answered"] = summed([status.get("answered", {}), answered_about])
        status["xdp"] = {
            "mode": self._mode,
            "questions": self._questions,
            "counters": reasons,
        }


@contextmanager
def open_front(where: Listening) -> Iterator[Front | None]:
    """Have XDP answer on the interface of `where`; None: it is to be, if it can be.

    Raises:
        Unsupported: the kernel has no such XDP, and it is not "auto".
    """
    wanted = XdpMode(where.xdp)
    with ExitStack() as opened:
        try:
            front = _opened(where, wanted, opened)
        except Unsupported as error:
            if wanted is not XdpMode.AUTO:
                raise
            log.warning("no answers in XDP: %s", error)
            front = None
        yield front


def _opened(where: Listening, wanted: XdpMode, opened: ExitStack) -> Front:
    mac = hardware_address(where.interface)
    datapath = opened.enter_context(open_datapath(mac, where.port))
    datapath.listen(where.addresses)
    program = datapath.programs["dns"]
    mode = opened.enter_context(attached(where.interface, program, wanted))
    return Front(datapath, mode)


def _add(counts: dict[str, int], more: dict[str, int]) -> None:
    for name, count in more.items():
        counts[name] = counts.get(name, 0) + count

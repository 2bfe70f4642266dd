"""The reference and the XDP program as two engines that do the same to a frame."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from ...kernel.objects import loaded
from ...kernel.testrun import XDP_REDIRECT, test_run
from ..decision.decide import decide
from ..decision.state import State
from ..decision.verdict import (
    Answer,
    Encapsulate,
    Reason,
    Return,
    Rewrite,
    Split,
    Translate,
)
from ..tables.tables import Tables
from ..xdp.datapath import Datapath, open_datapath
from ..xdp.layouts import options_bytes
from ..xdp.programs import BPF

_SMALLEST_FRAME = 14  # for BPF_PROG_TEST_RUN
_LOOPBACK = 1  # the first interface of every network namespace


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a frame: the counter, and the frames that were sent."""

    reason: Reason
    sent: tuple[bytes, ...]


class Reference:
    """`decide`, with a state of its own.

    Args:
        tables: what it decides by.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables, self._state = tables, State(tables.options.limits)

    def run(self, frame: bytes) -> Outcome:
        """Return what becomes of a frame that comes now."""
        verdict = decide(frame, self._tables, self._state, time.monotonic())
        match verdict:
            case Encapsulate() | Rewrite() | Translate() | Return() | Answer():
                return Outcome(verdict.reason, (verdict.frame,))
            case Split():
                return Outcome(verdict.reason, verdict.frames)
            case _:
                return Outcome(verdict.reason, ())


class Program:
    """The loaded program, on no interface.

    Args:
        datapath: its maps.
        halves: the programs that make two frames of one.
    """

    def __init__(self, datapath: Datapath, halves: tuple[int, int]) -> None:
        self._datapath, self._halves = datapath, halves
        self._counters = datapath.counters()

    def run(self, frame: bytes) -> Outcome:
        """Return what becomes of a frame that comes now."""
        if len(frame) < _SMALLEST_FRAME:
            return Outcome(Reason.NOT_FOR_US, ())
        got = test_run(self._datapath.programs["vip"], frame)
        reason = self._counted()
        if got.verdict != XDP_REDIRECT:
            return Outcome(reason, ())
        if reason is Reason.FRAGMENTED:
            halves = (test_run(program, got.frame).frame for program in self._halves)
            return Outcome(reason, tuple(halves))
        return Outcome(reason, (got.frame,))

    def _counted(self) -> Reason:
        """Return the reason that has been counted since the last time."""
        before, self._counters = self._counters, self._datapath.counters()
        (name,) = (n for n, count in self._counters.items() if count != before[n])
        return Reason[name]


@contextmanager
def open_program(tables: Tables) -> Iterator[Program]:
    """Load the program for these tables.

    Raises:
        Unsupported: libbpf is missing, or the kernel refuses the program.
    """
    with ExitStack() as opened:
        datapath = opened.enter_context(open_datapath(tables))
        datapath.send_by(_LOOPBACK)  # A test run sends nothing, but it looks.
        # The same halves as the program's own, for test runs.
        rodata = options_bytes(tables.options)
        again = loaded(BPF / "halves.bpf.o", rodata, kept=datapath.maps)
        halves = opened.enter_context(again).programs
        yield Program(datapath, (halves["head"], halves["tail"]))

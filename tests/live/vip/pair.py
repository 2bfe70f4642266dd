"""The loaded program beside its reference: the same frame to both, and what differs."""

import time
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from vip_vectors import Balancing

from balancer.kernel.objects import BpfObject, loaded
from balancer.kernel.testrun import XDP_DROP, XDP_PASS, XDP_REDIRECT, test_run
from balancer.model import FiveTuple
from balancer.vip.decision.clock import tick_at
from balancer.vip.decision.decide import decide
from balancer.vip.decision.state import State
from balancer.vip.decision.verdict import (
    Answer,
    Drop,
    Encapsulate,
    Pass,
    Return,
    Rewrite,
    Split,
    Translate,
    Verdict,
)
from balancer.vip.nat.table import Translation
from balancer.vip.tables.nat_limits import NatLimits
from balancer.vip.tables.options import Limits
from balancer.vip.tables.tables import Tables
from balancer.vip.xdp.datapath import Datapath, map_sizes
from balancer.vip.xdp.layouts import flow_bytes, flow_key_bytes, options_bytes
from balancer.vip.xdp.programs import BPF
from balancer.vip.xdp.slots import slot_entries

KERNEL_VERDICT: dict[type, int] = {
    Encapsulate: XDP_REDIRECT,
    Rewrite: XDP_REDIRECT,
    Translate: XDP_REDIRECT,
    Return: XDP_REDIRECT,
    Split: XDP_REDIRECT,
    Answer: XDP_REDIRECT,
    Pass: XDP_PASS,
    Drop: XDP_DROP,
}
LOOPBACK = 1  # any interface will do: a test run sends nothing
# More than is sent here, except where a test is about them.
NAT = NatLimits(first_port=20_000, ports=4096, flows=4096)  # as in the vectors
LIMITS = Limits(flows=4096, new_flows_per_s=1e6, answers_per_s=1e6, nat=NAT)


class Pair:
    """Both, each with a state of its own; `start` makes the states equal."""

    def __init__(
        self,
        program: BpfObject,
        halves: BpfObject,
        balancing: Balancing,
        limits: Limits,
    ) -> None:
        self._limits = limits
        self.datapath = Datapath(program)
        self._maps = program.maps
        self._splitters = [halves.programs[n] for n in ("head", "tail")]
        self._needed = program.maps["slots"].memory().cast("I")[1::2]
        self.datapath.send_by(LOOPBACK)
        self.start(balancing.all_up)

    def start(
        self,
        tables: Tables,
        flows: dict[FiveTuple, tuple[int, float]] | None = None,
        translations: dict[FiveTuple, Translation] | None = None,
    ) -> None:
        """Begin with these tables, and flows, with backend and time of last use."""
        self.tables, self.state = tables, State(self._limits)
        self.expected: Counter[str] = Counter()
        self.datapath.write(tables)
        self._needed[:] = array("I", bytes(4 * len(self._needed)))
        for flow in self.datapath.flows():
            self._maps["flows"].delete(flow_key_bytes(flow))
        for flow, (backend, used_s) in (flows or {}).items():
            self.state.flows.insert(flow, backend, used_s)
            value = flow_bytes(backend, used_s)
            self._maps["flows"].update(flow_key_bytes(flow), value)
        self.datapath.translations.remove(self.datapath.translations.read())
        for answer, translation in (translations or {}).items():
            self.state.translations.put(answer, translation)
            self.datapath.translations.put(answer, translation)
        self._counters = self.datapath.counters()

    def run(self, frame: bytes) -> Verdict:
        """Give a frame to both; return the verdict, on which they must agree."""
        verdict = decide(frame, self.tables, self.state, now_s())
        self.expected[verdict.reason.name] += 1
        got = test_run(self.datapath.programs["vip"], frame)
        assert got.verdict == KERNEL_VERDICT[type(verdict)], told(frame, verdict)
        sent = self._halves(got.frame) if isinstance(verdict, Split) else (got.frame,)
        wanted = outputs(frame, verdict)
        assert sent == wanted, told(frame, verdict) + f": {[x.hex() for x in sent]}"
        return verdict

    def _halves(self, frame: bytes) -> tuple[bytes, ...]:
        """Return what the programs of the device map make of a frame."""
        halves = [test_run(program, frame) for program in self._splitters]
        assert [half.verdict for half in halves] == [XDP_PASS, XDP_PASS]
        return tuple(half.frame for half in halves)

    def age_needed(self, age_s: float) -> None:
        """Make it that long ago that a changed slot was needed."""
        then = tick_at(now_s() - age_s)
        self._needed[:] = array("I", [then]) * len(self._needed)

    def compare(self) -> None:
        """Compare counters, flow tables, and the slots whose change was needed."""
        assert self.counted() == self.expected
        assert self.datapath.flows() == dict(self.state.flows)
        needed = {
            (pool, slot)
            for pool in range(len(self.tables.slots))
            for slot, tick in self.datapath.changed_slots(pool).items()
            if tick
        }
        assert needed == set(self.state.needed)
        found, wanted = self.datapath.translations.read(), self.state.translations
        assert timeless(found) == timeless(wanted)

    def counted(self) -> dict[str, int]:
        """Return what the program has counted since the start."""
        counters = self.datapath.counters()
        differences = {name: counters[name] - self._counters[name] for name in counters}
        return {name: count for name, count in differences.items() if count}


@contextmanager
def open_pair(balancing: Balancing, limits: Limits = LIMITS) -> Iterator[Pair]:
    """Load the program for the tables of the vectors."""
    options = replace(balancing.options, limits=limits)
    sizes = {"slots": slot_entries(balancing.all_up), **map_sizes(options)}
    rodata = options_bytes(options)
    with ExitStack() as opened:
        program = opened.enter_context(loaded(BPF / "vip.bpf.o", rodata, sizes))
        halves = loaded(BPF / "halves.bpf.o", rodata, sizes, program.maps)
        yield Pair(program, opened.enter_context(halves), balancing, limits)


def timeless(
    translations: Mapping[FiveTuple, Translation],
) -> dict[FiveTuple, Translation]:
    """Return translations without their times, which differ by ticks."""
    return {answer: replace(t, used_s=0.0) for answer, t in translations.items()}


def outputs(frame: bytes, verdict: Verdict) -> tuple[bytes, ...]:
    """Return the frames that a verdict on `frame` leaves."""
    if isinstance(verdict, Split):
        return verdict.frames
    return (getattr(verdict, "frame", frame),)


def now_s() -> float:
    """Return the time by the clock that the program reads."""
    return time.monotonic()


def told(frame: bytes, verdict: Verdict) -> str:
    """Return a frame and what the reference makes of it."""
    return f"{frame.hex()} is {type(verdict).__name__} {verdict.reason.name}"

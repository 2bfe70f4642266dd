"""What the XDP program costs for a packet, by what it remembers, over one floor.

By BPF_PROG_TEST_RUN, in turns, a TCP segment goes out in GRE, with all counters, and a
tracked one in each other way too. A test run does not renew its packet, so what is
tested takes its own header off again, or puts what it has translated back; the floor
grows and shrinks the frame in the same way and does nothing else. The targets are
those of a floor of 45 ns: 160 ns with a flow table, 115 ns with one for changed slots
only, and 200 ns with a port too. As multiples of the floor they hold on any machine.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median, quantiles

from balancer.kernel.testrun import XDP_REDIRECT, test_run
from balancer.model import Forwarding, Tracking
from balancer.vip.xdp.datapath import Datapath, open_datapath
from balancer.wire.l4 import TcpFlag

from ..figure import Figure
from . import balanced

ROUNDS, RUNS = 15, 200_000
FLOOR = "adjust-head floor"
NAT, ANSWER = "NAT, flow table and port", "NAT, a backend's answer"
WAYS = {
    "GRE over IPv6, flow table": Forwarding.GRE6,
    "IPIP, flow table": Forwarding.IPIP,
    "GUE, flow table": Forwarding.GUE,
    "L2, flow table": Forwarding.L2,
    NAT: Forwarding.NAT,
}
TARGETS = {
    "flow table, flood guard, ICMP": 160 / 45,
    "changed slots only, none changed": 115 / 45,
    **dict.fromkeys(WAYS, 160 / 45),
    NAT: 200 / 45,
    ANSWER: 115 / 45,
}


def run() -> list[Figure]:
    """Measure in turns; takes about 4 s, and needs root."""
    times = _times()
    figures = []
    for name, taken in times.items():
        figures.append(Figure(f"{name}, median", median(taken), "ns"))
        figures.append(Figure(f"{name}, p90", quantiles(taken, n=10)[-1], "ns"))
    for name, target in TARGETS.items():
        ratio = median(times[name]) / median(times[FLOOR])
        figures.append(Figure(name, ratio, "ratio", target, ratio <= target, FLOOR))
    return figures


def _times() -> dict[str, list[int]]:
    frames = {
        "flow table, flood guard, ICMP": balanced.segment(Tracking.ESTABLISHED),
        "changed slots only, none changed": balanced.segment(Tracking.CHANGED),
        "hash alone": balanced.segment(Tracking.OFF),
        "SYN, looked up and not remembered": balanced.segment(flags=TcpFlag.SYN),
    }
    segment = balanced.segment()
    names = (FLOOR, *frames, *WAYS, ANSWER)
    times: dict[str, list[int]] = {name: [] for name in names}
    with ExitStack() as opened:
        plain = opened.enter_context(open_datapath(balanced.tables(), "bench"))
        ways = dict(_ways(opened))
        answer = _answer(ways[NAT], segment)
        for _ in range(ROUNDS):
            times[FLOOR].append(_ns(plain, "bench_floor", segment))
            for name, frame in frames.items():
                times[name].append(_ns(plain, "bench", frame))
            for name, datapath in ways.items():
                times[name].append(_ns(datapath, "bench", segment))
            times[ANSWER].append(_ns(ways[NAT], "bench", answer))
    return times


def _answer(translating: Datapath, segment: bytes) -> bytes:
    """Return what a backend answers to a segment, which it gets."""
    test_run(translating.programs["bench"], segment)
    (answer,) = translating.translations.read()
    return balanced.segment_of(answer)


def _ways(opened: ExitStack) -> Iterator[tuple[str, Datapath]]:
    """Load a program for each mode: what it costs where no VIP has another."""
    for name, mode in WAYS.items():
        tables = balanced.tables(mode=mode)
        yield name, opened.enter_context(open_datapath(tables, "bench"))


def _ns(datapath: Datapath, program: str, frame: bytes) -> int:
    result = test_run(datapath.programs[program], frame, RUNS)
    if result.verdict != XDP_REDIRECT:
        raise AssertionError(f"the verdict of {program} is {result.verdict}")
    return result.duration_ns

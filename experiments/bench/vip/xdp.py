"""How fast the XDP program is, and how much faster than its Python reference.

Both are given the same packet, a TCP segment of a tracked flow, in one process and in
turns: the program by BPF_PROG_TEST_RUN, without any interface, the reference by a call
of `decide`. The program's time holds taking its own header off again, since a test run
does not renew the packet; `floor` is that and nothing else.
"""

import time
from statistics import median

from balancer.kernel.testrun import XDP_REDIRECT, test_run
from balancer.vip.decision.decide import decide
from balancer.vip.decision.state import State
from balancer.vip.decision.verdict import Encapsulate, Reason
from balancer.vip.tables.tables import Tables
from balancer.vip.xdp.datapath import open_datapath

from ..figure import Figure
from . import balanced

ROUNDS = 7
XDP_RUNS, PYTHON_RUNS = 300_000, 3_000
TARGET_RATIO = 20.0
NS_PER_S = 1e9


def run() -> list[Figure]:
    """Measure both in turns; takes about 2 s, and needs root."""
    tables, frame = balanced.tables(), balanced.segment()
    state = State(tables.options.limits)
    decide(frame, tables, state, 0.0)
    rounds = []
    with open_datapath(tables, "bench") as datapath:
        bench, floor = (datapath.programs[name] for name in ("bench", "bench_floor"))
        for _ in range(ROUNDS):
            times = (_xdp_ns(floor, frame), _xdp_ns(bench, frame))
            rounds.append((*times, _python_ns(frame, tables, state)))
    floor_ns, xdp_ns, python_ns = (median(each) for each in zip(*rounds, strict=True))
    ratio = python_ns / xdp_ns
    return [
        Figure("XDP test run, floor", floor_ns, "ns"),
        Figure("XDP test run, GRE of a tracked flow", xdp_ns, "ns"),
        Figure("XDP test run, GRE of a tracked flow", NS_PER_S / xdp_ns, "pps"),
        Figure("Python reference, the same packet", NS_PER_S / python_ns, "pps"),
        Figure(
            "XDP over the Python reference, packets per second",
            ratio,
            "ratio",
            TARGET_RATIO,
            ratio >= TARGET_RATIO,
            "balancer.vip.decision.decide, called in the same process",
        ),
    ]


def _xdp_ns(program: int, frame: bytes) -> float:
    """Return the time of a packet through a program, as the kernel measures it."""
    result = test_run(program, frame, XDP_RUNS)
    if result.verdict != XDP_REDIRECT:
        raise AssertionError(f"the program's verdict is {result.verdict}")
    return result.duration_ns


def _python_ns(frame: bytes, tables: Tables, state: State) -> float:
    started_ns = time.perf_counter_ns()
    for _ in range(PYTHON_RUNS):
        verdict = decide(frame, tables, state, 0.0)
    taken_ns = time.perf_counter_ns() - started_ns
    if not isinstance(verdict, Encapsulate) or verdict.reason != Reason.TRACKED:
        raise AssertionError(f"the reference's verdict is {verdict}")
    return taken_ns / PYTHON_RUNS

"""How many packets in a second go through the balancer, with all else on one core.

In a sandbox, a veth pair: at one end a program makes segments of 4096 flows out of
nothing (live frames of BPF_PROG_TEST_RUN) and another counts and drops what comes back
in GRE, at the other end stands the balancer, in native mode. Generator, balancer and
sink share one core, so that the figure is of all three; the ceiling is that of a
balancer that drops. Other work on the core only takes away: the best round counts.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median

from balancer.kernel.xdp import Attachment, XdpMode
from balancer.model import Tracking
from balancer.vip.xdp.datapath import open_datapath
from topo.netlink import End, Netlink, up, veth

from ..figure import Figure
from ..inside import Marks, time_inside
from . import balanced
from .flood import Flood, flooding, take_a_core

NEAR, FAR = "flood", "balancer"
ROUNDS, FRAMES, FLOWS = 9, 400_000, 4096  # a test run takes 10 ms by itself
POLICIES = (Tracking.ESTABLISHED, Tracking.CHANGED, Tracking.OFF)
CEILING = "balancer that drops"
TARGET_MPPS = 2.0


def run() -> list[Figure]:
    """Measure in turns; takes about 10 s, and needs root."""
    mpps = time_inside(_measured, "bench-rate").marks
    figures = [Figure(name, value, "Mpps") for name, value in mpps.items()]
    best = mpps[f"{_named(Tracking.ESTABLISHED)}, best"]
    met = best >= TARGET_MPPS
    name = "native XDP through veth, generator and sink on the same core"
    figures.append(Figure(name, best, "Mpps", TARGET_MPPS, met))
    share = best / mpps[f"{CEILING}, best"]
    figures.append(Figure("the same", share, "ratio", against=CEILING))
    return figures


def _measured() -> Marks:
    take_a_core()
    rates: dict[str, list[float]] = {}
    with _cabled() as bench:
        for _ in range(ROUNDS):
            for name, mpps in bench.round():
                rates.setdefault(name, []).append(mpps)
    best = {f"{name}, best": max(taken) for name, taken in rates.items()}
    return {**best, **{f"{name}, median": median(rates[name]) for name in rates}}


def _named(policy: Tracking) -> str:
    return f"tracking {policy.name.lower()}"


@dataclass(frozen=True, slots=True)
class _Bench:
    """Generator and sink at one end, and what stands at the other."""

    flood: Flood
    balancer: int
    far_end: Attachment

    def round(self) -> Iterator[tuple[str, float]]:
        """Measure everything once, in millions of packets a second."""
        self.far_end.put(self.flood.loaded.programs["sink"])
        yield CEILING, self._mpps(balanced.segment())
        self.far_end.put(self.balancer)
        for policy in POLICIES:
            yield _named(policy), self._mpps(balanced.segment(policy))

    def _mpps(self, frame: bytes) -> float:
        return self.flood.mpps(frame, FRAMES, FLOWS)


@contextmanager
def _cabled() -> Iterator[_Bench]:
    with Netlink() as netlink, ExitStack() as opened:
        netlink.send([veth(End(NEAR), End(FAR)), up(NEAR), up(FAR)])
        flood = opened.enter_context(flooding(NEAR))
        datapath = opened.enter_context(open_datapath(balanced.tables()))
        far_end = Attachment(FAR, XdpMode.NATIVE)
        yield _Bench(flood, datapath.programs["vip"], far_end)
        far_end.remove()

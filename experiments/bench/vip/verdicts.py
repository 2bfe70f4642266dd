"""How long after the verdict on a backend's health packets go elsewhere.

From the failed check that makes the verdict, through roster, slots and maps, to the
first packet of a flow of that backend that the XDP program sends to another one. The
program is run by BPF_PROG_TEST_RUN, so no interface takes part; each round kills the
backend of one flow and brings it back. The target is the clock's, as is what users
wait for; one thread does all of it, so its CPU time tells how much of that was waiting
for other work on its core.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from statistics import median

from balancer.hashing.maglev import TABLE_SIZE
from balancer.kernel.testrun import test_run
from balancer.kernel.xdp import Attachment
from balancer.model import Backend, FiveTuple, Pool, Protocol, Vip
from balancer.vip.checks.probe import Target
from balancer.vip.operations.service import Service
from balancer.vip.pools.health import Thresholds
from balancer.vip.pools.memory import Memory
from balancer.vip.pools.plan import Plan, PoolPlan, VipPlan
from balancer.vip.pools.roster import Roster
from balancer.vip.seeing.trace import frame_of
from balancer.vip.settings.config import VipConfig
from balancer.vip.tables.options import Options
from balancer.vip.xdp.datapath import NOTHING_KEPT
from balancer.vip.xdp.forwarder import Forwarder

from ..figure import Figure

ROUNDS = 9
BACKENDS = (4, 128, 1000)
TARGET_MS, BUILD_TARGET_MS = 100.0, 60.0
MAC = bytes.fromhex("020001080010")
VIP = IPv4Address("23.0.1.80")
FLOW = FiveTuple(4, int(IPv4Address("11.1.16.10")), int(VIP), Protocol.TCP, 40000, 80)
_MS_PER_S = 1e3
_OUTER_DESTINATION = slice(30, 34)


@dataclass(frozen=True, slots=True)
class _Took:
    """The time of a change, which is one process's alone: by its CPU, by the clock."""

    cpu_ms: float
    wall_ms: float


class _NoInterface(Attachment):
    """A place that any program takes and that packets never come to."""

    index = 1  # loopback's, for what is split

    def __init__(self) -> None:
        super().__init__("none")

    def put(self, program: int) -> None:
        """Do nothing."""

    def remove(self) -> None:
        """Do nothing."""


def run() -> list[Figure]:
    """Measure with few and many backends; takes about 8 s, and needs root."""
    with _quiet():
        rounds = {count: _measure(count) for count in BACKENDS}
    figures = [figure for each in rounds.items() for figure in _figures(*each)]
    most = max(BACKENDS)
    built_ms = median(took.wall_ms for took in rounds[most])
    what = f"Maglev {TABLE_SIZE} of {most} backends, built and in the kernel"
    within = built_ms <= BUILD_TARGET_MS
    return [*figures, Figure(what, built_ms, "ms", BUILD_TARGET_MS, within)]


def _figures(count: int, rounds: list[_Took]) -> Iterator[Figure]:
    what = f"health verdict to packets elsewhere, {count} backends"
    wall_ms = median(took.wall_ms for took in rounds)
    yield Figure(what, wall_ms, "ms", TARGET_MS, wall_ms <= TARGET_MS)
    yield Figure(f"{what}, of it CPU", median(took.cpu_ms for took in rounds), "ms")


@contextmanager
def _quiet() -> Iterator[None]:
    log = logging.getLogger("frontlab-vip")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


def _measure(count: int) -> list[_Took]:
    """Return what each round took: a table is made and written."""
    forwarder = Forwarder(_NoInterface())
    roster = Roster(_plan(count), Memory(), 0.0)
    forwarder.start(roster, NOTHING_KEPT)
    try:
        service = _service(roster, forwarder)
        return [_kill_one(service) for _ in range(ROUNDS)]
    finally:
        forwarder.close()


def _kill_one(service: Service) -> _Took:
    """Return the time from the failed check of a backend to the flow at another one."""
    before = _destination(service)
    name = f"be{int(IPv4Address(before)) & 0xFFFF}"
    target = Target("www", name, str(IPv4Address(before)), 80, None, 1.0, 1.0)
    started_s, started_cpu_s = time.perf_counter(), time.process_time()
    service.checked(target, "no answer")
    if _destination(service) == before:
        raise AssertionError(f"the flow still goes to {name}")
    cpu_s = time.process_time() - started_cpu_s
    wall_s = time.perf_counter() - started_s
    service.checked(target, "")
    return _Took(cpu_s * _MS_PER_S, wall_s * _MS_PER_S)


def _destination(service: Service) -> bytes:
    with service.forwarder.reading() as datapath:
        got = test_run(datapath.programs["vip"], frame_of(FLOW, MAC))
    return got.frame[_OUTER_DESTINATION]


def _service(roster: Roster, forwarder: Forwarder) -> Service:
    """Return a service whose backends have all been checked once."""
    config = VipConfig.model_construct()
    service = Service(config, Path("none"), roster, forwarder, None)
    for pool, name, member in roster.each():
        address = str(member.backend.address)
        service.checked(Target(pool, name, address, 80, None, 1.0, 1.0), "")
    return service


def _plan(count: int) -> Plan:
    first = int(IPv4Address("11.1.0.0"))
    backends = (
        Backend(f"be{number}", IPv4Address(first + number))
        for number in range(1, count + 1)
    )
    pool = PoolPlan(Pool("www", tuple(backends)), Thresholds(rise=1, fall=1))
    vip = VipPlan(Vip("www", VIP, 80, Protocol.TCP, "www"))
    source = IPv4Address("11.1.8.10")
    return Plan(Options(source, 1500, MAC, MAC), (pool,), (vip,))

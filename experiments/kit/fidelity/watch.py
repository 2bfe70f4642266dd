"""Recording the emulation's fidelity while an experiment runs; judging is elsewhere."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from topo.links.backend import DirectionCounters
from topo.wait import until

from .breaches import FidelityLog, LinkReading, PairReading
from .sentinel import TimerWindow

if TYPE_CHECKING:
    from topo.lab.lab import Lab

PRESSURE = Path("/proc/pressure/cpu")
PROJECT = Path(__file__).resolve().parents[3]
SENTINEL = (sys.executable, "-m", "experiments.kit.fidelity.sentinel")
Counters = Mapping[str, DirectionCounters]


@dataclass(slots=True)
class Watch:
    """The recording; `log` is there once the watched block has ended."""

    began_s: float
    timer: tuple[TimerWindow, ...] = ()
    links: tuple[LinkReading, ...] = ()
    pairs: tuple[PairReading, ...] = ()
    pressure: float | None = None
    frames_lost: int = field(default=0)

    def log(self) -> FidelityLog:
        """Return what was recorded."""
        return FidelityLog(
            began_s=round(self.began_s, 3),
            timer=self.timer,
            links=self.links,
            pairs=self.pairs,
            frames_lost=self.frames_lost,
            pressure=self.pressure,
        )


@contextmanager
def watching(lab: "Lab", began_s: float) -> Iterator[Watch]:
    """Watch timer, links and pressure until exit; `began_s` is since the run began."""
    watch = Watch(began_s, pairs=pair_readings(lab))
    before, waited_us, started_s = lab.wan.counters(), _waited_us(), time.monotonic()
    with tempfile.TemporaryFile("w+") as told:
        with _sentinel(told):
            yield watch
        told.seek(0)
        watch.timer = tuple(TimerWindow(**json.loads(line)) for line in told)
    watch.links = link_readings(before, lab.wan.counters())
    watch.pressure = _pressure(waited_us, _waited_us(), time.monotonic() - started_s)


@contextmanager
def _sentinel(told: IO[str]) -> Iterator[None]:
    """Run the sentinel, which writes into `told`, until exit."""
    # In a process group of its own: a Ctrl-C is for who reads what it told.
    with subprocess.Popen(
        SENTINEL,
        stdin=subprocess.PIPE,
        stdout=told,
        text=True,
        cwd=PROJECT,
        process_group=0,
    ) as sentinel:
        try:
            until("the timer's first firing", lambda: os.fstat(told.fileno()).st_size)
            yield
        finally:
            sentinel.communicate()


def pair_readings(lab: "Lab") -> tuple[PairReading, ...]:
    """Return the round-trip times that the lab measured when it came up."""
    return tuple(
        PairReading(it.a, it.b, it.asked_ms, it.measured_ms) for it in lab.links
    )


def link_readings(before: Counters, after: Counters) -> tuple[LinkReading, ...]:
    """Return what each direction did in between; lateness is since the lab's start."""
    nothing = DirectionCounters(0, 0)
    return tuple(
        _reading(direction, before.get(direction, nothing), now)
        for direction, now in after.items()
    )


def _reading(
    direction: str, before: DirectionCounters, after: DirectionCounters
) -> LinkReading:
    return LinkReading(
        direction=direction,
        packets=after.packets - before.packets,
        lost=after.drops_loss - before.drops_loss,
        overflowed=after.drops_queue - before.drops_queue,
        broken=after.drops_emulator - before.drops_emulator,
        late_p99_ms=round((after.lateness_p99_us or 0.0) / 1e3, 3),
    )


def _waited_us() -> int | None:
    """Total time that some process waited for a core (PSI), in us."""
    try:
        some = PRESSURE.read_text().splitlines()[0]
    except OSError:
        return None
    return int(some.rpartition("total=")[2])


def _pressure(
    before_us: int | None, after_us: int | None, elapsed_s: float
) -> float | None:
    if before_us is None or after_us is None or elapsed_s <= 0:
        return None
    return round((after_us - before_us) / 1e6 / elapsed_s, 3)

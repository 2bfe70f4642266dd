"""How fast we answer, next to gdnsd, PowerDNS GeoIP and Knot on the same questions.

Every query has a client subnet. The Python path is compared by CPU time per query, in
turns, with one generator: its rate says more about the generator than about a server.
Answers in XDP are compared by replies a second, under a flood that the kernel makes:
XDP, flood and sink share one core, while gdnsd has one for itself. On a machine that
others use, gdnsd waits for its core more than the flood does; so they are compared by
the CPU time that each was given, too.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from ..figure import Figure
from ..inside import Marks, time_inside
from ..programs import cpu_s_of, need
from .flood import FAR, NETNS, flooding
from .load import Load, ask, running, write_queries
from .zone import (
    FOREIGN,
    GDNSD,
    OURS,
    PDNS,
    Server,
    foreign_server,
    our_server,
    queries,
)

ROUNDS, ROUND_S = 5, 1.0
FLOOD_ROUNDS, FLOOD_FRAMES = 5, 400_000
GDNSD_TARGET, PDNS_TARGET, XDP_TARGET = 0.8, 2.0, 4.0
XDP_ADDRESS, GDNSD_ADDRESS = "11.9.0.2", "11.9.0.3"
US_PER_S = 1e6
LOST = "queries lost"
FLOODED = (
    XDP_WALL := "replies of XDP to a flood, by the clock",
    XDP_CPU
    := "replies of XDP to a flood, by CPU second, the flood's own time included",
    GDNSD_WALL := "replies of gdnsd to a flood, by the clock",
    GDNSD_CPU := "replies of gdnsd to a flood, by CPU second",
)
XDP = f'interface = "{FAR}"\nxdp = "native"'


def run() -> list[Figure]:
    """Measure all servers in turns; takes about 40 s, and needs root."""
    need("dnsperf")
    cpu_us = time_inside(_cpu_us, "bench-dns").marks
    lost = cpu_us.pop(LOST)
    per_s = time_inside(_replies_per_s, "bench-dns-xdp").marks
    what = "queries with client subnets per CPU second"
    return [
        *(
            Figure(f"{name}, CPU time per query", it, "us")
            for name, it in cpu_us.items()
        ),
        Figure(f"{LOST} by all servers", lost, "queries"),
        _ratio(what, cpu_us[GDNSD] / cpu_us[OURS], GDNSD_TARGET),
        _ratio(what, cpu_us[PDNS] / cpu_us[OURS], PDNS_TARGET, PDNS),
        *(Figure(name, it, "1/s") for name, it in per_s.items()),
        _ratio("XDP by the clock", per_s[XDP_WALL] / per_s[GDNSD_WALL], XDP_TARGET),
        _ratio("XDP by CPU second", per_s[XDP_CPU] / per_s[GDNSD_CPU], XDP_TARGET),
    ]


def _cpu_us() -> Marks:
    """Ask all servers in turns, inside a sandbox; return medians."""
    with TemporaryDirectory() as folder, ExitStack() as started:
        file = Path(folder) / "queries"
        write_queries(file, queries(seed=1))
        servers = list(_started(Path(folder), started))
        rounds = [
            [ask(server, pid, file, ROUND_S) for server, pid in servers]
            for _ in range(ROUNDS)
        ]
    by_server = zip(servers, zip(*rounds, strict=True), strict=True)
    marks = {server.name: _median_us(loads) for (server, _), loads in by_server}
    return {**marks, LOST: sum(load.lost for row in rounds for load in row)}


def _started(folder: Path, started: ExitStack) -> Iterator[tuple[Server, int]]:
    for number, name in enumerate((OURS, *FOREIGN), 1):
        own, address = folder / str(number), f"127.0.53.{number}"
        own.mkdir()
        if name == OURS:
            server = our_server(own, address)
        else:
            server = foreign_server(name, own, address)
        yield server, started.enter_context(running(server, own / "log"))


def _median_us(loads: Iterable[Load]) -> float:
    return median(US_PER_S * load.cpu_s / load.answered for load in loads)


def _replies_per_s() -> Marks:
    """Flood XDP and gdnsd in turns, inside a sandbox; return medians."""
    found: dict[str, list[float]] = {name: [] for name in FLOODED}
    with (
        TemporaryDirectory() as folder,
        flooding((XDP_ADDRESS, GDNSD_ADDRESS)) as flood,
    ):
        own, other = Path(folder, "own"), Path(folder, "other")
        own.mkdir()
        ours = our_server(own, XDP_ADDRESS, XDP)
        gdnsd = foreign_server(GDNSD, other, GDNSD_ADDRESS)
        with (
            running(ours, own / "log", NETNS),
            running(gdnsd, other / "log", NETNS) as pid,
        ):
            for _ in range(FLOOD_ROUNDS):
                xdp = flood.run(ours.address, FLOOD_FRAMES)
                before_s = cpu_s_of(pid)
                theirs = flood.run(gdnsd.address, FLOOD_FRAMES)
                their_cpu_s = cpu_s_of(pid) - before_s
                found[XDP_WALL].append(xdp.count / xdp.wall_s)
                found[XDP_CPU].append(xdp.count / xdp.cpu_s)
                found[GDNSD_WALL].append(theirs.count / theirs.wall_s)
                found[GDNSD_CPU].append(theirs.count / their_cpu_s)
    return {name: median(rates) for name, rates in found.items()}


def _ratio(what: str, value: float, target: float, against: str = GDNSD) -> Figure:
    return Figure(what, value, "ratio", target, value >= target, against)

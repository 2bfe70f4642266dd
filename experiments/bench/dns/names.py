"""Zones of a million names: what a query costs, what they weigh, how they load."""

import socket
from collections.abc import Iterator
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

from balancer.wire.dns.codes import Type
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question, make_query

from ..figure import Figure
from .nameserver import (
    ADDRESS,
    Server,
    free_port,
    reloads,
    running_server,
    while_asked,
)

FEW, MANY = 1000, 1_000_000
ZONE = "gslb.net"
ROUNDS, ASKED, AT_ONCE = 7, 20_000, 50
QUERY_TARGET, RELOAD_TARGET_S, MEMORY_TARGET_MB = 1.5, 20.0, 1500.0
CONFIG = """
[server]
site = "fra"
listen = ["{address}"]
port = {port}
[[zone]]
name = "{zone}"
file = "names.zone"
"""
HEAD = """\
$TTL 3600
@ SOA ns hostmaster {serial} 3600 600 1209600 5
@ NS ns
ns A 127.0.53.9
"""


def run() -> list[Figure]:
    """Measure servers with few and with many names, in turns; takes two minutes."""
    with TemporaryDirectory() as folder:
        few, many = Path(folder) / "few", Path(folder) / "many"
        for path, names in ((few, FEW), (many, MANY)):
            path.mkdir()
            write_configuration(path)
            write_zone(path, names, 1)
        with running_server(few) as small, running_server(many) as large:
            few_us, many_us = query_us((small, FEW), (large, MANY))
            ratio = many_us / few_us
            return [
                Figure(f"a query for one of {FEW} names", few_us, "us CPU"),
                Figure(f"a query for one of {MANY} names", many_us, "us CPU"),
                Figure(
                    f"query among {MANY} names",
                    ratio,
                    "ratio",
                    QUERY_TARGET,
                    ratio <= QUERY_TARGET,
                    f"among {FEW}",
                ),
                *_loading(large),
            ]


def write_configuration(folder: Path) -> None:
    """Write a dns.toml with a free port."""
    text = CONFIG.format(address=ADDRESS, port=free_port(), zone=ZONE)
    (folder / "dns.toml").write_text(text)


def write_zone(folder: Path, names: int, serial: int) -> None:
    """Write a zone file of so many names with an address each."""
    with (folder / "names.zone").open("w") as lines:
        lines.write(HEAD.format(serial=serial))
        for number in range(names):
            octets = f"{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
            lines.write(f"host{number} IN A 10.{octets}\n")


def query_us(*servers: tuple[Server, int]) -> list[float]:
    """Return the servers' processor time for a query, asked in turns."""
    taken: list[list[float]] = [[] for _ in servers]
    for turn in range(ROUNDS):
        for (server, names), times in zip(servers, taken, strict=True):
            queries = list(_queries(names, turn))
            before_s = server.cpu_s()
            _ask(server, queries)
            times.append((server.cpu_s() - before_s) / ASKED * 1e6)
    return [median(times) for times in taken]


def _queries(names: int, seed: int) -> Iterator[bytes]:
    chance = Random(seed)
    for number in range(ASKED):
        name = name_from_text(f"host{chance.randrange(names)}.{ZONE}")
        yield make_query(number, Question(name, Type.A)).to_wire()


def _ask(server: Server, queries: list[bytes]) -> None:
    """Ask with a few queries on their way at a time."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(5)
        asking.connect(server.address)
        for start in range(0, len(queries), AT_ONCE):
            for query in queries[start : start + AT_ONCE]:
                asking.send(query)
            for _ in queries[start : start + AT_ONCE]:
                asking.recv(512)


def _loading(server: Server) -> list[Figure]:
    memory_mb = server.memory_mb()
    write_zone(server.folder, MANY, 2)
    reload_s, asked = while_asked(server, f"host1.{ZONE}", server.tell_to_load, reloads)
    fits, is_quick = memory_mb <= MEMORY_TARGET_MB, reload_s <= RELOAD_TARGET_S
    return [
        Figure(f"server with {MANY} names ready", server.ready_s, "s"),
        Figure("its memory", memory_mb, "MB", MEMORY_TARGET_MB, fits),
        Figure("a new zone is in force", reload_s, "s", RELOAD_TARGET_S, is_quick),
        Figure("queries lost meanwhile", asked.lost, "", 0, asked.lost == 0),
        Figure("longest wait of a query meanwhile", asked.slowest_s * 1e3, "ms"),
        Figure("its memory afterwards", server.memory_mb(), "MB"),
    ]

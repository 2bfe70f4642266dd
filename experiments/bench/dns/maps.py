"""Maps of a million networks: how long they take, what they weigh, what they cost."""

import json
import time
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

from balancer.nameserver.answering.fast import FastPath
from balancer.nameserver.loading.load import load_content
from balancer.nameserver.policies.steering import NOTHING_KNOWN

from ..figure import Figure
from .lookups import subnet_query
from .nameserver import (
    ADDRESS,
    Server,
    free_port,
    reloads,
    running_server,
    while_asked,
)

FEW, MANY = 1000, 1_000_000
SITES = ("fra", "iad", "syd", "gru", "nrt")
LOCATIONS = 200
SOURCE, NAME = "11.1.3.10", "www.gslb.net"
ROUNDS, ASKED = 7, 4000
LOOKUP_TARGET, RELOAD_TARGET_S, MEMORY_TARGET_MB = 1.5, 20.0, 1500.0
CONFIG = """
[server]
site = "fra"
listen = ["{address}"]
port = {port}
steering = "steering.json"
[[zone]]
name = "gslb.net"
primary = "ns.gslb.net"
contact = "hostmaster.gslb.net"
serial = 1
ttl = "1 h"
negative_ttl = "5 s"
record = [{{ name = "gslb.net", type = "NS", value = "ns.example.net" }}]
[[zone.service]]
name = "{name}"
ttl = "20 s"
policy = "nearest"
site = [{sites}]
[map]
file = "networks.map"
{rtt_ms}
"""


def run() -> list[Figure]:
    """Measure look-ups in this process, then a server; takes about a minute."""
    with TemporaryDirectory() as folder:
        few, many = Path(folder) / "few", Path(folder) / "many"
        for path, networks in ((few, FEW), (many, MANY)):
            path.mkdir()
            write_configuration(path, networks)
        few_us, many_us = lookup_us(few, many)
        ratio = many_us / few_us
        return [
            Figure(f"a new client subnet among {FEW} networks", few_us, "us"),
            Figure(f"a new client subnet among {MANY} networks", many_us, "us"),
            Figure(
                f"look-up among {MANY} networks",
                ratio,
                "ratio",
                LOOKUP_TARGET,
                ratio <= LOOKUP_TARGET,
                f"among {FEW}",
            ),
            *_serving(many),
        ]


def write_configuration(folder: Path, networks: int, seed: int = 1) -> None:
    """Write a dns.toml and its map, half of it IPv4 and half of it IPv6."""
    chance = Random(seed)
    sites = ", ".join(
        f'{{ name = "{site}", addresses = ["23.0.{number}.80"] }}'
        for number, site in enumerate(SITES)
    )
    rows = [
        f"rtt_ms.{location} = {{ {', '.join(_distances(chance))} }}"
        for location in ("fra", *(f"loc{number}" for number in range(LOCATIONS)))
    ]
    text = CONFIG.format(
        address=ADDRESS,
        port=free_port(),
        name=NAME,
        sites=sites,
        rtt_ms="\n".join(rows),
    )
    (folder / "dns.toml").write_text(text)
    write_map(folder, networks, seed)


def _distances(chance: Random) -> list[str]:
    return [f"{site} = {chance.uniform(1, 300):.1f}" for site in SITES]


def write_map(folder: Path, networks: int, seed: int) -> None:
    """Write a network map; another seed puts other networks elsewhere."""
    chance = Random(seed)
    prefixes: set[str] = set()
    while len(prefixes) < networks // 2:
        bits = chance.choice((16, 20, 22, 23, 24, 24, 24, 24))
        prefixes.add(f"{IPv4Address(chance.getrandbits(bits) << 32 - bits)}/{bits}")
    blocks = [1 << 29 | chance.getrandbits(29) for _ in range(networks // 20)]
    while len(prefixes) < networks:
        bits = chance.choice((32, 40, 44, 48, 48, 48))
        inside = chance.choice(blocks) << bits - 32 | chance.getrandbits(bits - 32)
        prefixes.add(f"{IPv6Address(inside << 128 - bits)}/{bits}")
    lines = (f"{it} loc{chance.randrange(LOCATIONS)}\n" for it in prefixes)
    new = folder / "new.map"
    new.write_text("".join(lines))
    new.rename(folder / "networks.map")


def lookup_us(*folders: Path) -> list[float]:
    """Return the time of an answer to a new subnet with each of the maps, in turns."""
    paths = [_fast_path(folder) for folder in folders]
    taken: list[list[float]] = [[] for _ in paths]
    for turn in range(ROUNDS):
        subnets = (n * 7919 & 0xFFFFFF for n in range(turn * ASKED, (turn + 1) * ASKED))
        queries = [subnet_query(NAME, 0, subnet) for subnet in subnets]
        for path, times in zip(paths, taken, strict=True):
            started_s = time.perf_counter()
            for query in queries:
                path.answer(query, SOURCE, 0)
            times.append((time.perf_counter() - started_s) / ASKED * 1e6)
    return [median(times) for times in taken]


def _fast_path(folder: Path) -> FastPath:
    content = load_content(folder / "dns.toml")
    if content.guide is not None:
        content.guide.settle(NOTHING_KNOWN, float)
    return FastPath(content.authority(b"k" * 16))


def _serving(folder: Path) -> list[Figure]:
    with running_server(folder) as server:
        memory_mb = server.memory_mb()
        reload_s, asked = while_asked(
            server, NAME, lambda: write_map(folder, MANY, 2), reloads
        )
        (folder / "steering.json").write_text(
            json.dumps({"version": 1, "sites": {"fra": {"healthy": False}}})
        )
        steered_s, steered = while_asked(server, NAME, lambda: None, _steerings)
        fits, is_quick = memory_mb <= MEMORY_TARGET_MB, reload_s <= RELOAD_TARGET_S
        return [
            Figure(f"server with {MANY} networks ready", server.ready_s, "s"),
            Figure("its memory", memory_mb, "MB", MEMORY_TARGET_MB, fits),
            Figure("a new map is in force", reload_s, "s", RELOAD_TARGET_S, is_quick),
            Figure("queries lost meanwhile", asked.lost, "", 0, asked.lost == 0),
            Figure("longest wait of a query meanwhile", asked.slowest_s * 1e3, "ms"),
            Figure("a new steering map is in force", steered_s, "s"),
            Figure("queries lost meanwhile", steered.lost, "", 0, steered.lost == 0),
            Figure("longest wait of a query meanwhile", steered.slowest_s * 1e3, "ms"),
        ]


def _steerings(server: Server) -> int:
    return int(server.status["steering"]["taken"])  # type: ignore[index]

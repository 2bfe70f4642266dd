"""Whole connections and answers through a balancer: ours, and NAT by nftables.

In one site wrk asks nginx at three backends by a VIP, with a connection for each
small answer. All of it is on one core, and the CPU time of wrk and nginx is that of
client, network, balancer and backend together, since the kernel carries their packets
in their time. It is taken in turns with nobody between, too: what is more is what a
balancer adds to a connection. Client and backend take most of the time, so how many
connections a whole site on one machine gets changes by less. How many new flows a
balancer alone takes is in `newflows`.

Octets are those that pass the balancer's interface, in and out together, of whatever
kind, divided by the answers that wrk got over 32 lasting connections. NAT has each
answer pass twice; ours only requests and acknowledgements, which come plain and leave
in GRE. How many acknowledgements an answer takes is for the client's stack to say: a
veth hands over up to 64 kB at once, as a network card does that merges what it
received, and each piece is acknowledged once. Where packets of 1500 octets arrive one
by one it is every other one, or fewer when the client is behind; that is measured as
well, with segmentation at the backends off.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from ..figure import Figure
from ..inside import Marks, time_inside
from ..programs import need
from .flood import take_a_core
from .nft import NAME as NFT
from .site import ADDRESSES, BACKENDS, CLIENT, DEVICE, VIP, Site, running_site
from .turns import OURS, Turn, turns

ROUNDS, ASKED_S, CONNECTIONS = 7, 1, 32
DIRECT = "nobody between"
MERGED = "octets at the balancer for an answer of 100 kB"
SINGLE = f"{MERGED}, in packets of 1500"
ADDED_TARGET, OCTETS_TARGET = 1.3, 300.0
WITHIN_S = 120
_US_PER_S = 1e6


def run() -> list[Figure]:
    """Measure in turns; takes about 30 s, and needs root, nft, nginx and wrk."""
    for program in ("wrk", "nft"):
        need(program)
    connections = time_inside(_connections, "bench-answers", WITHIN_S).marks
    octets = time_inside(_octets, "bench-answers", WITHIN_S).marks
    return [*_of_connections(connections), *_of_octets(octets)]


def _of_connections(cpu_us: Marks) -> list[Figure]:
    direct_us, ours_us, nft_us = (cpu_us[way] for way in (DIRECT, OURS, NFT))
    added = (nft_us - direct_us) / (ours_us - direct_us)
    what = "CPU time of a connection"
    return [
        *(Figure(f"{what}, {way}", it, "us") for way, it in cpu_us.items()),
        Figure("connections per CPU second", nft_us / ours_us, "ratio", against=NFT),
        _times_less("CPU time added to a connection", added, ADDED_TARGET),
    ]


def _of_octets(octets: Marks) -> list[Figure]:
    merged, single = (
        octets[f"{kind}, {NFT}"] / octets[f"{kind}, {OURS}"]
        for kind in (MERGED, SINGLE)
    )
    return [
        *(Figure(name, it, "octets") for name, it in octets.items()),
        _times_less(MERGED, merged, OCTETS_TARGET),
        Figure(f"{SINGLE}, times less", single, "ratio", against=NFT),
    ]


def _times_less(name: str, ratio: float, target: float) -> Figure:
    return Figure(f"{name}, times less", ratio, "ratio", target, ratio >= target, NFT)


def _connections() -> Marks:
    take_a_core()
    cpu_us: dict[str, list[float]] = {}
    with _site_in_turns() as (site, ways):
        asked = {DIRECT: str(ADDRESSES[0]), OURS: str(VIP), NFT: str(VIP)}
        for _ in range(ROUNDS):
            for way, address in asked.items():
                with ways.get(way, nullcontext)():
                    answers, cpu_s = _ask(site, address, "-H", "Connection: close")
                cpu_us.setdefault(way, []).append(cpu_s / answers * _US_PER_S)
    return {way: median(taken) for way, taken in cpu_us.items()}


def _octets() -> Marks:
    octets: Marks = {}
    with _site_in_turns() as (site, ways):
        for way, turn in ways.items():
            with turn():
                octets[f"{MERGED}, {way}"] = _octets_per_answer(site)
        for name in BACKENDS:
            site.run(name, "ethtool", "-K", DEVICE, "tso", "off", "gso", "off")
        for way, turn in ways.items():
            with turn():
                octets[f"{SINGLE}, {way}"] = _octets_per_answer(site)
    return octets


@contextmanager
def _site_in_turns() -> Iterator[tuple[Site, dict[str, Turn]]]:
    with (
        TemporaryDirectory() as folder,
        running_site(Path(folder)) as site,
        turns(site) as ways,
    ):
        yield site, ways


def _octets_per_answer(site: Site) -> float:
    before = site.octets_at_balancer()
    answers, _ = _ask(site, f"{VIP}/large")
    return (site.octets_at_balancer() - before) / answers


def _ask(site: Site, url: str, *options: str) -> tuple[int, float]:
    """Have the client's wrk ask; return how many answers it got, in what CPU time.

    Raises:
        AssertionError: it got something else, or nothing.
    """
    load = "-t", "1", "-c", str(CONNECTIONS), "-d", str(ASKED_S)
    before_s = site.cpu_s()
    said = site.run(CLIENT, "wrk", *load, *options, f"http://{url}")
    cpu_s = site.cpu_s() - before_s
    answers = re.search(r"(\d+) requests in", said)
    if answers is None or not int(answers[1]) or "Non-2xx" in said:
        raise AssertionError(f"wrk says: {said}")
    return int(answers[1]), cpu_s

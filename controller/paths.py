"""Shortest paths over the wires that are up: pure, and without loops."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

from .fabric import Port, Wire

US_PER_MS = 1000


@dataclass(frozen=True, slots=True, order=True)
class Distance:
    """The length of a path; integers, so that sums agree from both ends.

    Hops break ties of cost: from hop to hop the distance falls even over wires
    that cost nothing, so that packets forwarded by distance never loop.
    """

    cost_us: int
    hops: int


@dataclass(frozen=True, slots=True)
class Path:
    """The way to another site: its length, the next site, and the port towards it."""

    distance: Distance
    next_site: str
    port: str


@dataclass(frozen=True, slots=True, order=True)
class _Step:
    """A site reached; in the order of this record ties go by name."""

    distance: Distance
    site: str
    next_site: str
    port: str


Edges = Mapping[str, list[tuple[int, str, str]]]  # cost in us, neighbour, own port


def shortest_paths(
    sites: Iterable[str], wires: Iterable[Wire], down: frozenset[Port]
) -> dict[str, dict[str, Path]]:
    """Return for each site the paths to all others that it can reach.

    Dijkstra's algorithm. A wire is up when neither of its ends is in `down`.
    """
    edges = _edges(sites, wires, down)
    return {site: _from(site, edges) for site in edges}


def _edges(
    sites: Iterable[str], wires: Iterable[Wire], down: frozenset[Port]
) -> dict[str, list[tuple[int, str, str]]]:
    edges: dict[str, list[tuple[int, str, str]]] = {site: [] for site in sites}
    for wire in wires:
        if down.isdisjoint(wire.ends):
            cost_us = round(wire.cost_ms * US_PER_MS)
            edges[wire.a].append((cost_us, wire.b, wire.a_port))
            edges[wire.b].append((cost_us, wire.a, wire.b_port))
    return edges


def _from(source: str, edges: Edges) -> dict[str, Path]:
    found: dict[str, Path] = {}
    queue = [
        _Step(Distance(cost_us, 1), neighbour, neighbour, port)
        for cost_us, neighbour, port in edges[source]
    ]
    queue.sort()
    while queue:
        step = heappop(queue)
        if step.site == source or step.site in found:
            continue
        found[step.site] = Path(step.distance, step.next_site, step.port)
        for cost_us, neighbour, _ in edges[step.site]:
            if neighbour not in found:
                heappush(queue, _onwards(step, neighbour, cost_us))
    return found


def _onwards(step: _Step, neighbour: str, cost_us: int) -> _Step:
    distance = Distance(step.distance.cost_us + cost_us, step.distance.hops + 1)
    return _Step(distance, neighbour, step.next_site, step.port)

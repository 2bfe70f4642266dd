"""How far sites are from each other: by great circle, and over the world's links."""

import heapq
from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt

from .records import Site, World

LIGHT_KM_PER_MS = 299.792458
# Light in fibre goes at 2/3 c, and Internet paths wind: 4/9 c over the great circle
# is the speed that Katz-Bassett et al. (IMC 2006, "Towards IP geolocation using delay
# and topology measurements") found real paths to reach: 2/3 c and 1.5 times the way.
FIBRE_SPEED = 2 / 3
ROUTE_INFLATION = 1.5
EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


def distance_km(a: Site, b: Site) -> float:
    """Great-circle distance (haversine)."""
    north = radians(b.latitude - a.latitude) / 2
    east = radians(b.longitude - a.longitude) / 2
    across = cos(radians(a.latitude)) * cos(radians(b.latitude))
    chord = sin(north) ** 2 + across * sin(east) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))


def distance_rtt_ms(a: Site, b: Site) -> float:
    """Round-trip time over a usual path between two places."""
    speed = LIGHT_KM_PER_MS * FIBRE_SPEED / ROUTE_INFLATION
    return 2 * distance_km(a, b) / speed


def shortest_paths(world: World) -> dict[tuple[str, str], float]:
    """RTT in ms between every ordered pair of sites, 0 to itself.

    The links' RTTs add up; forwarding costs nothing here. Dijkstra per site.
    """
    neighbours: dict[str, list[tuple[str, float]]] = {
        site.name: [] for site in world.sites
    }
    for link in world.links:
        neighbours[link.a].append((link.b, link.rtt_ms))
        neighbours[link.b].append((link.a, link.rtt_ms))
    return {
        (site.name, other): rtt_ms
        for site in world.sites
        for other, rtt_ms in _distances(site.name, neighbours).items()
    }


def _distances(
    start: str, neighbours: dict[str, list[tuple[str, float]]]
) -> dict[str, float]:
    found: dict[str, float] = {}
    queue = [(0.0, start)]
    while queue:
        cost, site = heapq.heappop(queue)
        if site in found:
            continue
        found[site] = cost
        for other, rtt_ms in neighbours[site]:
            if other not in found:
                heapq.heappush(queue, (cost + rtt_ms, other))
    return found


def reachable(start: str, pairs: Iterable[tuple[str, str]]) -> set[str]:
    """The names that `start` is connected with, itself included."""
    neighbours: dict[str, set[str]] = {}
    for a, b in pairs:
        neighbours.setdefault(a, set()).add(b)
        neighbours.setdefault(b, set()).add(a)
    found, queue = {start}, [start]
    while queue:
        near = neighbours.get(queue.pop(), set()) - found
        found |= near
        queue += near
    return found

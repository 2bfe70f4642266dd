"""How far sites are from each other: by great circle, and over the world's links."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from .records import Site, WanLink, World

LIGHT_KM_PER_MS = 299.792458
# Light in fibre goes at 2/3 c, and Internet paths wind: 4/9 c over the great circle
# is the speed that Katz-Bassett et al. (IMC 2006, "Towards IP geolocation using delay
# and topology measurements") found real paths to reach: 2/3 c and 1.5 times the way.
FIBRE_SPEED = 2 / 3
ROUTE_INFLATION = 1.5
EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


@dataclass(frozen=True, slots=True, order=True)
class RoundTrip:
    """What a packet meets from one site to another and back.

    Args:
        rtt_ms: the delays of all links.
        jitter_ms: the most that jitter adds; half of it on average.
        delivery: the probability that no link loses the packet or its answer.
    """

    rtt_ms: float = 0.0
    jitter_ms: float = 0.0
    delivery: float = 1.0

    @property
    def mean_ms(self) -> float:
        """The round-trip time to expect."""
        return self.rtt_ms + self.jitter_ms / 2

    def over(self, link: WanLink) -> "RoundTrip":
        """Return this round trip, lengthened by `link`."""
        there, back = link.forward, link.backward
        return RoundTrip(
            self.rtt_ms + link.rtt_ms,
            self.jitter_ms + there.jitter_ms + back.jitter_ms,
            self.delivery * (1 - there.loss) * (1 - back.loss),
        )


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
    """RTT in ms between every ordered pair of sites, 0 to itself; without jitter."""
    return {pair: trip.rtt_ms for pair, trip in round_trips(world).items()}


def round_trips(world: World) -> dict[tuple[str, str], RoundTrip]:
    """What is met between every ordered pair of sites, on the path of least RTT.

    The links' RTTs add up; forwarding costs nothing here. Dijkstra per site.
    """
    neighbours: dict[str, list[tuple[str, WanLink]]] = {
        site.name: [] for site in world.sites
    }
    for link in world.links:
        neighbours[link.a].append((link.b, link))
        neighbours[link.b].append((link.a, link))
    return {
        (site.name, other): trip
        for site in world.sites
        for other, trip in _trips(site.name, neighbours).items()
    }


def _trips(
    start: str, neighbours: dict[str, list[tuple[str, WanLink]]]
) -> dict[str, RoundTrip]:
    found: dict[str, RoundTrip] = {}
    queue = [(RoundTrip(), start)]
    while queue:
        trip, site = heapq.heappop(queue)
        if site in found:
            continue
        found[site] = trip
        for other, link in neighbours[site]:
            if other not in found:
                heapq.heappush(queue, (trip.over(link), other))
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

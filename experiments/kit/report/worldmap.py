"""The world map: ways and sites to lines, marks and labels; the template draws them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from topo.world.records import Site, World

from ..figures import Way, Ways
from .arcs import BULGE, Curve, Point, arc, arrow_head, copies, nearer_copy, place
from .labels import Box, Label, Surroundings, place_labels

# What of the earth is shown, in map units: 78 degrees north to 56 south.
FRAME = Box(0.0, 120.0, 3600.0, 1460.0)
LABEL_SIZE = 44.0
CLEARANCE = 26.0
HEAD = 40.0
# Short ways bulge more, so that request and reply are told apart there too.
SHORT, SHORT_BULGE = 220.0, 0.5
MARK = 24.0
# Clients that share a city with a datacenter stand beside it, or no way were seen.
ASIDE = 125.0
NOT_PROVEN = "reply not proven"
DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1), (0.7, 0.7), (-0.7, 0.7), (0.7, -0.7))


@dataclass(frozen=True, slots=True)
class Line:
    """A curve to draw: `kind` is request, reply, unproven or resolver."""

    path: str
    kind: str
    title: str
    head: str = ""
    cross: Point | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A site's mark: `kind` is datacenter, client or resolver."""

    kind: str
    at: Point
    title: str


@dataclass(frozen=True, slots=True)
class MapView:
    """Everything that the map's template needs."""

    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    labels: tuple[Label, ...]
    warnings: tuple[Label, ...]
    frame: Box
    size: float


@dataclass(frozen=True, slots=True)
class _Trip:
    """All clients of a site that are sent to the same datacenter."""

    client_site: str
    datacenter: str
    clients: tuple[str, ...]
    proven: bool


def map_view(world: World, ways: Ways) -> MapView:
    """Return the map of a world with its ways."""
    places = {site.name: place(site.latitude, site.longitude) for site in world.sites}
    datacenters = {it.site: places[it.site] for it in world.datacenters}
    clients = _client_places(ways.ways, places, datacenters)
    trips = list(_trips(ways.ways))
    curves = [curve for trip in trips for curve in _curves(trip, clients, datacenters)]
    lines = [line for trip in trips for line in _lines(trip, clients, datacenters)]
    asked = _resolver_lines(ways.ways, clients, places)
    marks = list(_marks(world, ways.ways, places, clients))
    around = _surroundings(marks, curves)
    labels = _labels(world, around, clients, datacenters)
    crosses = [line.cross for line in lines if line.cross]
    return MapView(
        lines=(*asked, *lines),
        marks=tuple(marks),
        labels=tuple(labels),
        warnings=tuple(_warnings(crosses, labels, around)),
        frame=FRAME,
        size=LABEL_SIZE,
    )


def _trips(ways: Iterable[Way]) -> Iterator[_Trip]:
    grouped: dict[tuple[str, str], list[Way]] = {}
    for way in ways:
        grouped.setdefault((way.client_site, way.datacenter), []).append(way)
    for (client_site, datacenter), some in grouped.items():
        names = tuple(sorted(way.client for way in some))
        proven = all(way.proven for way in some)
        yield _Trip(client_site, datacenter, names, proven)


def _client_places(
    ways: Iterable[Way], places: Mapping[str, Point], datacenters: Mapping[str, Point]
) -> dict[str, Point]:
    found = {}
    for site in sorted({way.client_site for way in ways}):
        here = places[site]
        others = [point for name, point in places.items() if name != site]
        found[site] = _aside(here, others) if site in datacenters else here
    return found


def _aside(here: Point, others: Sequence[Point]) -> Point:
    """Return the point beside `here` that is farthest from all others."""
    return max(
        (here.moved(x * ASIDE, y * ASIDE) for x, y in DIRECTIONS),
        key=lambda spot: min((_distance(spot, it) for it in others), default=0.0),
    )


def _distance(a: Point, b: Point) -> float:
    b = nearer_copy(a, b)
    return float(((a.x - b.x) ** 2 + (a.y - b.y) ** 2) ** 0.5)


def _curves(
    trip: _Trip, clients: Mapping[str, Point], datacenters: Mapping[str, Point]
) -> tuple[Curve, Curve]:
    client, datacenter = clients[trip.client_site], datacenters[trip.datacenter]
    bulge = SHORT_BULGE if _distance(client, datacenter) < SHORT else BULGE
    return (
        arc(client, datacenter, CLEARANCE, bulge),
        arc(datacenter, client, CLEARANCE, bulge),
    )


def _lines(
    trip: _Trip, clients: Mapping[str, Point], datacenters: Mapping[str, Point]
) -> Iterator[Line]:
    who, where = ", ".join(trip.clients), trip.datacenter.upper()
    request, reply = _curves(trip, clients, datacenters)
    for copy in copies(request):
        yield _line(copy, "request", f"request: {who} to {where}")
    for copy in copies(reply):
        if trip.proven:
            yield _line(copy, "reply", f"reply: {where} to {who}, past the balancers")
        else:
            title = f"NOT PROVEN: the reply of {where} to {who}"
            yield Line(_path(copy), "unproven", title, cross=copy.at(0.5))


def _line(curve: Curve, kind: str, title: str) -> Line:
    size = min(HEAD, 0.45 * _distance(curve.start, curve.end))
    barbs = arrow_head(curve, 0.58, size)
    return Line(_path(curve), kind, title, " ".join(_pair(point) for point in barbs))


def _resolver_lines(
    ways: Iterable[Way], clients: Mapping[str, Point], places: Mapping[str, Point]
) -> list[Line]:
    found = []
    for ends in sorted({(way.client_site, way.resolver_site) for way in ways}):
        client_site, resolver_site = ends
        if client_site != resolver_site:
            curve = arc(clients[client_site], places[resolver_site], CLEARANCE, 0.08)
            title = f"clients at {client_site.upper()} ask a resolver at "
            for copy in copies(curve):
                text = title + resolver_site.upper()
                found.append(Line(_path(copy), "resolver", text))
    return found


def _marks(
    world: World,
    ways: Iterable[Way],
    places: Mapping[str, Point],
    clients: Mapping[str, Point],
) -> Iterator[Mark]:
    city = {site.name: site.city for site in world.sites}
    for site, at in clients.items():
        yield Mark("client", at, f"clients at {site.upper()}, {city[site]}")
    for datacenter in world.datacenters:
        title = (
            f"datacenter {datacenter.site.upper()}, {city[datacenter.site]}: "
            f"{datacenter.balancers} balancers, {datacenter.backends} backends"
        )
        yield Mark("datacenter", places[datacenter.site], title)


def _surroundings(marks: Iterable[Mark], curves: Iterable[Curve]) -> Surroundings:
    lines = [
        point for it in curves for copy in copies(it) for point in copy.samples(40)
    ]
    boxes = [
        Box(it.at.x - MARK, it.at.y - MARK, it.at.x + MARK, it.at.y + MARK)
        for it in marks
    ]
    return Surroundings(FRAME, boxes, lines)


def _labels(
    world: World,
    around: Surroundings,
    clients: Mapping[str, Point],
    datacenters: Mapping[str, Point],
) -> list[Label]:
    """Name datacenters first, then cities with clients only."""
    sites: list[Site] = sorted(world.sites, key=lambda it: it.name not in datacenters)
    wanted = [
        (f"{site.city} {site.name.upper()}", datacenters.get(site.name, at))
        for site in sites
        if (at := clients.get(site.name, datacenters.get(site.name))) is not None
    ]
    return place_labels(wanted, LABEL_SIZE, around)


def _warnings(
    crosses: Iterable[Point], labels: Iterable[Label], around: Surroundings
) -> list[Label]:
    """Say at each unproven way what it is: a colour alone would be too weak."""
    taken = replace(around, marks=[*around.marks, *(label.box for label in labels)])
    wanted = [(NOT_PROVEN, cross) for cross in crosses]
    return place_labels(wanted, LABEL_SIZE, taken)


def _path(curve: Curve) -> str:
    start, control, end = map(_pair, (curve.start, curve.control, curve.end))
    return f"M{start}Q{control} {end}"


def _pair(point: Point) -> str:
    return f"{point.x:.0f},{point.y:.0f}"

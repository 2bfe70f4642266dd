"""The map's geometry: places to points, ways to curves and arrow heads; no SVG."""

from dataclasses import dataclass
from math import hypot

WORLD_WIDTH = 3600.0  # a tenth of a degree is one unit of the map
BULGE = 0.22  # of the distance, to the left of the direction of travel


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the map, in its units; y grows southward."""

    x: float
    y: float

    def towards(self, other: "Point", length: float) -> "Point":
        """Return the point `length` units from here on the way to `other`."""
        far = hypot(other.x - self.x, other.y - self.y) or 1.0
        share = length / far
        x = self.x + (other.x - self.x) * share
        return Point(x, self.y + (other.y - self.y) * share)

    def moved(self, x: float, y: float) -> "Point":
        """Return the point shifted by `x` and `y`."""
        return Point(self.x + x, self.y + y)


@dataclass(frozen=True, slots=True)
class Curve:
    """A quadratic Bezier curve from `start` to `end`, pulled towards `control`."""

    start: Point
    control: Point
    end: Point

    def at(self, t: float) -> Point:
        """Return the point at `t` from 0 to 1."""
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        return Point(
            a * self.start.x + b * self.control.x + c * self.end.x,
            a * self.start.y + b * self.control.y + c * self.end.y,
        )

    def moved(self, x: float) -> "Curve":
        """Return the curve shifted sideways."""
        points = (self.start, self.control, self.end)
        return Curve(*(point.moved(x, 0.0) for point in points))

    def samples(self, count: int = 24) -> list[Point]:
        """Return `count` points along the curve, both ends left out."""
        return [self.at((k + 1) / (count + 1)) for k in range(count)]


def place(latitude: float, longitude: float) -> Point:
    """Return where a place is on the map."""
    return Point(longitude * 10 + 1800, 900 - latitude * 10)


def nearer_copy(start: Point, end: Point) -> Point:
    """Return `end`, or its copy beyond the map's edge if that is nearer to `start`."""
    if end.x - start.x > WORLD_WIDTH / 2:
        return end.moved(-WORLD_WIDTH, 0.0)
    if start.x - end.x > WORLD_WIDTH / 2:
        return end.moved(WORLD_WIDTH, 0.0)
    return end


def arc(start: Point, end: Point, clearance: float, bulge: float = BULGE) -> Curve:
    """Return a curve to the left of the straight way; it ends `clearance` short.

    The way back bulges to its own left, so request and reply never lie on each other.
    """
    end = nearer_copy(start, end)
    along_x, along_y = end.x - start.x, end.y - start.y
    middle = Point((start.x + end.x) / 2, (start.y + end.y) / 2)
    control = middle.moved(along_y * bulge, -along_x * bulge)
    return Curve(
        start.towards(control, clearance), control, end.towards(control, clearance)
    )


def copies(curve: Curve) -> list[Curve]:
    """Return the curve, and its copy where it leaves the map at one side."""
    points = [curve.start, *curve.samples(8), curve.end]
    found = [curve]
    if any(point.x > WORLD_WIDTH for point in points):
        found.append(curve.moved(-WORLD_WIDTH))
    if any(point.x < 0 for point in points):
        found.append(curve.moved(WORLD_WIDTH))
    return found


def arrow_head(curve: Curve, t: float, size: float) -> tuple[Point, Point, Point]:
    """Return left barb, tip and right barb of an arrow on the curve at `t`."""
    tip, behind = curve.at(t), curve.at(t - 0.02)
    length = hypot(tip.x - behind.x, tip.y - behind.y) or 1.0
    x, y = (tip.x - behind.x) / length, (tip.y - behind.y) / length
    front = tip.moved(x * size / 2, y * size / 2)
    back = tip.moved(-x * size / 2, -y * size / 2)
    wide = size * 0.45
    return back.moved(y * wide, -x * wide), front, back.moved(-y * wide, x * wide)

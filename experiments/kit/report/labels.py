"""Placing labels so that they hide neither each other nor what they name; pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .arcs import Point

# Mean width of a letter of the page's font, as a share of its size.
LETTER = 0.6


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, in map units."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        """Whether the two share any area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, point: Point) -> bool:
        """Whether `point` lies inside."""
        return self.left < point.x < self.right and self.top < point.y < self.bottom

    def inside(self, other: "Box") -> bool:
        """Whether this lies wholly within `other`."""
        return (
            other.left <= self.left
            and self.right <= other.right
            and other.top <= self.top
            and self.bottom <= other.bottom
        )


@dataclass(frozen=True, slots=True)
class Label:
    """A text beside `anchor`; `box` is where it came to stand, at most."""

    text: str
    anchor: Point
    box: Box

    @property
    def align(self) -> str:
        """How the text fills its box: "start", "middle" or "end"."""
        if self.box.left > self.anchor.x:
            return "start"
        return "end" if self.box.right < self.anchor.x else "middle"

    @property
    def x(self) -> float:
        """Where the text starts, has its middle, or ends."""
        left, right = self.box.left, self.box.right
        places = {"start": left, "middle": (left + right) / 2, "end": right}
        return places[self.align]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What labels should keep clear of.

    Args:
        frame: labels stay inside of it.
        marks: boxes that no label may cover.
        lines: points of curves: the fewer a label covers, the better.
    """

    frame: Box
    marks: Sequence[Box]
    lines: Sequence[Point]


def place_labels(
    wanted: Iterable[tuple[str, Point]], size: float, around: Surroundings
) -> list[Label]:
    """Place each text near its point; the first ones get the best places.

    Args:
        wanted: texts and anchors.
        size: of the font, in map units.
        around: what to keep clear of.
    """
    placed: list[Label] = []
    for text, anchor in wanted:
        boxes = list(_candidates(text, anchor, size))
        best = min(boxes, key=lambda box: _cost(box, anchor, placed, around))
        placed.append(Label(text, anchor, best))
    return placed


def _candidates(text: str, anchor: Point, size: float) -> Iterator[Box]:
    width, height = len(text) * size * LETTER, size * 1.15
    for gap in (size * 0.75, size * 1.5, size * 2.4, size * 3.4):
        for x in (0.0, -0.5, -1.0):
            for y in (-0.5, -1.0, 0.0):
                if (x, y) == (-0.5, -0.5):
                    continue
                left = anchor.x + x * width + gap * (1 + 2 * x)
                top = anchor.y + y * height + gap * (1 + 2 * y)
                yield Box(left, top, left + width, top + height)


def _cost(
    box: Box, anchor: Point, placed: Sequence[Label], around: Surroundings
) -> float:
    hidden = sum(box.overlaps(label.box) for label in placed)
    hidden += sum(box.overlaps(mark) for mark in around.marks)
    crossed = sum(box.holds(point) for point in around.lines)
    middle_x, middle_y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    far = abs(middle_x - anchor.x) + 2 * abs(middle_y - anchor.y)
    outside = not box.inside(around.frame)
    return 1e6 * outside + 1e4 * hidden + 60 * crossed + far

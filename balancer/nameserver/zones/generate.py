"""$GENERATE: many records of one line, as BIND reads it; pure."""

import re
from collections.abc import Callable, Iterator

# A range, a template of the owner, and one of the rest: [TTL] [class] type rdata.
LINE = re.compile(r"\$GENERATE\s+(\S+)\s+(\S+)\s+(\S.*)", re.I | re.A | re.S)
RANGE = re.compile(r"(\d{1,15})-(\d{1,15})(?:/(\d{1,15}))?", re.A)
# Rdata of several words, which BIND wants in quotes.
QUOTED = re.compile(r'((?:[^\s"]+\s+){1,3})"((?:\\.|[^"\\])*)"\s*(?:;.*)?', re.S)
# What an escape hides stands as it is; "$$" is an older way to write "\$".
HOLE = re.compile(r"\\.|\$\$|\$\{([^}]*)\}?|\$", re.S)
MODIFIER = re.compile(r"([+-]?\d{1,15})(?:,(\d{1,15})(?:,([doxXnN]))?)?", re.A)
MAX_GENERATED = 1 << 20  # a slip of the finger easily makes a thousand million
MAX_WIDTH = 127

Fill = Callable[[int], str]


def generated(entry: str) -> Iterator[str]:
    """Yield the lines that an entry stands for.

    Raises:
        ValueError: it is wrong, or stands for too many.
    """
    parts = LINE.fullmatch(entry)
    if parts is None:
        raise ValueError("write $GENERATE 1-9 host$ A 192.0.2.$")
    owner, rest = parts[2], parts[3]
    if (quoted := QUOTED.fullmatch(rest)) is not None:
        rest = quoted[1] + quoted[2].replace('\\"', '"') + "\n"
    fill = _template(f"{owner} {rest}")
    return map(fill, _numbers(parts[1]))


def _numbers(text: str) -> range:
    found = RANGE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no range as 1-9 or 1-9/2")
    first, last, step = int(found[1]), int(found[2]), int(found[3] or 1)
    if last < first or not step:
        raise ValueError(f"the range {text!r} is empty")
    numbers = range(first, last + 1, step)
    if len(numbers) > MAX_GENERATED:
        raise ValueError(f"more than {MAX_GENERATED} records of one line")
    return numbers


def _template(text: str) -> Fill:
    """Return what puts a number into a text."""
    pieces: list[str] = []
    fills: list[Fill] = []
    position = 0
    for hole in HOLE.finditer(text):
        if hole[0].startswith("\\"):
            continue
        pieces.append(text[position : hole.start()])
        position = hole.end()
        fills.append(_fill(hole))
    end = text[position:]

    def filled(number: int) -> str:
        parts = (
            piece + fill(number) for piece, fill in zip(pieces, fills, strict=True)
        )
        return "".join(parts) + end

    return filled


def _fill(hole: re.Match[str]) -> Fill:
    if hole[0] == "$$":
        return lambda _: "\\$"
    if hole[0] == "$":
        return str
    found = MODIFIER.fullmatch(hole[1])
    if found is None or not hole[0].endswith("}"):
        raise ValueError(f"{hole[0]!r} is no ${{offset,width,base}}, as ${{0,3,d}}")
    offset, width, base = int(found[1]), int(found[2] or 0), found[3] or "d"
    if width > MAX_WIDTH:
        raise ValueError(f"{hole[0]!r} is wider than {MAX_WIDTH}")
    if base in "nN":
        return lambda number: _nibbles(number + offset, width, base)
    return lambda number: format(number + offset, f"0{width}{base}" if width else base)


def _nibbles(number: int, width: int, base: str) -> str:
    """Return hexadecimal digits, the last one first, as names below ip6.arpa have."""
    digits = format(number, f"0{(width + 1) // 2 or 1}{'x' if base == 'n' else 'X'}")
    text = ".".join(reversed(digits))
    return text + "." if len(text) < width else text

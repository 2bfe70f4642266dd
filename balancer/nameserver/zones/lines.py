"""A zone file's lines and its entries, of which some are several lines long; pure."""

import re
from collections.abc import Iterable, Iterator

# A name, perhaps a TTL in seconds, perhaps the class, type and one word.
PLAIN_LINE = re.compile(
    r"([a-z0-9_*-][a-z0-9_.-]*)[ \t]+(?:(\d+)[ \t]+)?(?:IN[ \t]+)?"
    r"(A|AAAA|NS|CNAME|PTR)[ \t]+([a-z0-9_.:-]+)[ \t]*\n?",
    re.ASCII | re.IGNORECASE,
)
# Whatever can hide or be a parenthesis: an escape, a string, a comment.
PARENTHESES = re.compile(r'\\.|"(?:\\.|[^"\\])*"|;.*|[()]')
GENERATED = re.compile(r"\$GENERATE\s+(\d+)-(\d+)", re.ASCII | re.IGNORECASE)
MAX_DIGITS = 15
# By one line, where a slip of the finger easily makes a thousand million.
MAX_GENERATED = 1 << 20
INCLUDING = re.compile(r"\$INCLUDE(?![^\s;()\"])", re.ASCII | re.IGNORECASE)


def entries(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield entries and their first lines: parentheses join lines (RFC 1035, 5.1)."""
    first, depth = 0, 0
    parts: list[str] = []
    for number, line in enumerate(lines, 1):
        if not depth:
            if PLAIN_LINE.fullmatch(line):
                yield number, line
                continue
            first, parts = number, []
        parts.append(line)
        for found in PARENTHESES.findall(line):
            depth += (found == "(") - (found == ")")
        if depth <= 0:
            depth = 0
            yield first, "".join(parts)
    if depth:
        yield first, "".join(parts)


def generates_too_many(entry: str) -> bool:
    """Say whether an entry stands for more than `MAX_GENERATED` records."""
    span = GENERATED.match(entry)
    if span is None:
        return False
    start, stop = span[1], span[2]
    if len(stop) > MAX_DIGITS:
        return True
    return int(stop) - int(start[:MAX_DIGITS]) >= MAX_GENERATED

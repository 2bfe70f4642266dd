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
INCLUDING = re.compile(r"\$INCLUDE(?![^\s;()\"])", re.ASCII | re.IGNORECASE)
GENERATING = re.compile(r"\$GENERATE(?!\S)", re.ASCII | re.IGNORECASE)


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

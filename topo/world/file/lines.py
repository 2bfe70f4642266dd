"""Where in a TOML text each key stands; the values themselves are tomllib's.

Every statement of a file is parsed once more on its own: what a lone statement sets, it
sets on its line. All that must be known of TOML's grammar here is where one ends.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Location = tuple[str | int, ...]

# What can hold or hide a line's end, a multi-line text with its closing quotes first.
_TOKEN = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}(?!")|'{3}.*?'{3,5}(?!')'''
    r"""|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*|[][{}\n]""",
    re.DOTALL,
)
_NESTING = {"[": 1, "{": 1, "]": -1, "}": -1}


@dataclass(frozen=True, slots=True)
class Lines:
    """Line number by location; a location is keys and array positions."""

    numbers: Mapping[Location, int] = field(default_factory=dict)

    def of(self, location: Location) -> int:
        """Line of `location`, or of the nearest table around it; 1 for the file.

        That of an array of tables is its first one's.
        """
        for length in range(len(location), 0, -1):
            near = location[:length]
            if found := self.numbers.get(near) or self.numbers.get((*near, 0)):
                return found
        return 1


def find_lines(text: str) -> Lines:
    """The lines of all keys and tables of `text`, which is valid TOML."""
    numbers: dict[Location, int] = {}
    lengths: dict[Location, int] = {}  # of the arrays of tables so far
    table: Location = ()
    for line, statement in _statements(text):
        header = statement.lstrip().startswith("[")
        keys = list(_walk(tomllib.loads(statement), ()))
        if header:
            name = tuple(key for key in keys[-1] if isinstance(key, str))
            table = _enter(name, statement.lstrip().startswith("[["), lengths)
            keys = [()]
        for key in keys:
            numbers.setdefault(table + key, line)
    return Lines(numbers)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each key or header with its first line; multi-line values whole."""
    began, depth = 0, 0
    line, first = 1, 1
    for token in _TOKEN.finditer(f"{text}\n"):
        depth += _NESTING.get(token[0], 0)
        line += token[0].count("\n")
        if token[0] == "\n" and not depth:
            statement = text[began : token.start()]
            if statement.strip() and not statement.lstrip().startswith("#"):
                yield first, statement
            began, first = token.end(), line


def _walk(value: object, at: Location) -> Iterator[Location]:
    """All locations below `at`, the deepest last."""
    if at:
        yield at
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _walk(below, (*at, key))
    elif isinstance(value, list):
        for position, below in enumerate(value):
            yield from _walk(below, (*at, position))


def _enter(
    name: tuple[str, ...], is_array: bool, lengths: dict[Location, int]
) -> Location:
    """The location that header `name` opens, counting arrays of tables."""
    at: Location = ()
    for key in name[:-1]:
        at = (*at, key)
        if at in lengths:
            at = (*at, lengths[at] - 1)
    at = (*at, name[-1])
    if not is_array:
        return at
    lengths[at] = lengths.get(at, 0) + 1
    return (*at, lengths[at] - 1)

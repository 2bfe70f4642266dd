"""Where in a TOML text each key stands; the values themselves are tomllib's.

Every statement of a file is parsed once more on its own, so that no second TOML
grammar is needed: what a lone statement sets, it sets on its line.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Line number by location; a location is keys and array positions."""

    numbers: Mapping[Location, int] = field(default_factory=dict)

    def of(self, location: Location) -> int:
        """Line of `location`, or of the nearest table around it; 1 for the file."""
        for length in range(len(location), 0, -1):
            if found := self.numbers.get(location[:length]):
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
    pending, first = "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not pending and (not line.strip() or line.lstrip().startswith("#")):
            continue
        first = first if pending else number
        pending = f"{pending}\n{line}" if pending else line
        if _is_whole(pending):
            yield first, pending
            pending = ""


def _is_whole(statement: str) -> bool:
    try:
        tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return False
    return True


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

"""A world file's text to a World, or every mistake in it at once."""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from balancer.errors import ConfigError

from ..instances import raw_names, raw_shared_name
from ..records import Airport, World
from .build import build_world
from .checks import check, referred_sites, site_names, tables
from .fields import Known
from .lan_check import check_lans
from .lines import Lines, find_lines
from .nameserver_check import check_nameservers
from .problems import Problem, from_pydantic, tell
from .schema import WorldTable

TEXT_MAX = 1_000_000  # characters; 200 sites with all they can have are 100,000


def parse_world(text: str, file_name: str, airports: Mapping[str, Airport]) -> World:
    """The world that `text` describes.

    Args:
        text: TOML.
        file_name: how errors call it.
        airports: by lower-case IATA code.

    Raises:
        ConfigError: all mistakes, one a line, "FILE:LINE: path: what (cure)".
    """
    if len(text) > TEXT_MAX:
        raise ConfigError(f"{file_name}: too long for a world (at most 1 MB)")
    raw = _load(text, file_name)
    lines = find_lines(text)
    table, problems = _validate(raw, airports, lines)
    if table is None or problems:
        raise ConfigError(tell(problems, raw, lines, file_name))
    return build_world(table, airports)


def _load(text: str, file_name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ConfigError(f"{file_name}:1: TOML: values are nested too deep") from error
    except tomllib.TOMLDecodeError as error:
        what, line = _place(str(error), text)
        raise ConfigError(f"{file_name}:{line}: TOML: {what}") from error


def _place(message: str, text: str) -> tuple[str, int]:
    """What tomllib says, and the line that it says it of."""
    what, _, place = message.rpartition(" (at ")
    words = place.replace(",", "").split()
    if len(words) > 1 and words[0] == "line":
        return what, int(words[1])
    return what or message, len(text.rstrip().split("\n"))


def _validate(
    raw: dict[str, Any], airports: Mapping[str, Airport], lines: Lines
) -> tuple[WorldTable | None, list[Problem]]:
    problems = [*check(raw, airports, lines), *check_lans(raw), *check_nameservers(raw)]
    try:
        return WorldTable.model_validate(raw, context=_known(raw, airports)), problems
    except ValidationError as error:
        return None, [*problems, *from_pydantic(error)]


def _known(raw: dict[str, Any], airports: Mapping[str, Airport]) -> Known:
    """The names that references may use.

    A misspelt site is reported once, where it is defined, and not again at each
    reference to what it should have been called.
    """
    sites = set(site_names(raw))
    meant = {
        near
        for site in sites - set(airports)
        for near in get_close_matches(site.lower(), referred_sites(raw), n=3)
    }
    resolvers = {
        name
        for _, table in tables(raw, "resolvers")
        for name in (*raw_names(table), raw_shared_name(table))
    }
    return Known(frozenset(sites | meant), frozenset(resolvers - {""}))

"""What is wrong with a world file, one line each: FILE:LINE: path: what (cure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from .fields import Table
from .lines import Lines, Location
from .resolver_table import ResolverTable
from .schema import (
    ClientTable,
    DatacenterTable,
    DefaultsTable,
    DirectionTable,
    LinkTable,
    ServiceTable,
    SiteTable,
    WorldTable,
)
from .suggest import one_of

_TABLES: Mapping[str, type[Table]] = {
    "defaults": DefaultsTable,
    "sites": SiteTable,
    "links": LinkTable,
    "clients": ClientTable,
    "resolvers": ResolverTable,
    "datacenters": DatacenterTable,
    "services": ServiceTable,
}
_EXAMPLES: Mapping[str, str] = {
    "name": 'name = "my-world"',
    "region": 'region = "europe"',
    "between": 'between = ["fra", "iad"]',
    "site": 'site = "fra"',
    "resolver": 'resolver = "fra-unbound"',
    "kind": 'kind = "unbound"',
    "sites": "[sites.fra]",
    "clients": "[[clients]]",
    "resolvers": "[[resolvers]]",
    "datacenters": "[[datacenters]]",
    "services": "[[services]]",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file: where in its tables, what, and the cure."""

    location: Location
    what: str


def from_pydantic(error: ValidationError) -> tuple[Problem, ...]:
    """The mistakes that pydantic found, in our words."""
    return tuple(
        Problem(tuple(it["loc"]), _words(tuple(it["loc"]), it))
        for it in error.errors(include_url=False)
    )


def tell(
    problems: Iterable[Problem], raw: Mapping[str, Any], lines: Lines, file_name: str
) -> str:
    """All problems, a line each, in the order of the file."""
    told = {
        (
            lines.of(problem.location),
            f"{_path(problem.location, raw)}: {problem.what}",
        )
        for problem in problems
    }
    return "\n".join(f"{file_name}:{line}: {words}" for line, words in sorted(told))


def _words(location: Location, error: Any) -> str:  # noqa: ANN401 - pydantic's record
    """One of pydantic's errors in our words, with the cure."""
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    key = str(location[-1]) if location else ""
    match kind:
        case "value_error":
            return str(context["error"])
        case "missing":
            return f"missing (add {_EXAMPLES.get(key, key)})"
        case "extra_forbidden":
            return f"unknown key {one_of(key, _table(location).model_fields)}"
    return _type(kind, key, value) or _bounds(context, value) or str(error["msg"])


def _type(kind: str, key: str, value: object) -> str:
    """What the value should have been, when its type is wrong."""
    match kind:
        case "string_type":
            meant = f' (did you mean "{value}"?)' if _is_plain(value) else ""
            return f"{value!r} must be text{meant}"
        case "int_type" | "int_from_float" | "float_type":
            return f"{value!r} must be a number without quotes or unit"
        case "bool_type":
            return f"{value!r} must be true or false"
        case "list_type":
            return f"must be an array ({_EXAMPLES.get(key, '[...]')})"
        case "dict_type" | "model_type":
            return f"must be a table ({_EXAMPLES.get(key, f'[{key}]')})"
    return ""


def _is_plain(value: object) -> bool:
    return not isinstance(value, dict | list)


def _bounds(context: Mapping[str, Any], value: object) -> str:
    for key, words in (("ge", "at least"), ("le", "at most")):
        if key in context:
            return f"{value} is out of bounds ({words} {context[key]:g})"
    if "actual_length" not in context:
        return ""
    least, most = context.get("min_length"), context.get("max_length")
    wanted = f"at least {least}" if least else f"at most {most}"
    return f"has {context['actual_length']} entries ({wanted})"


def _table(location: Location) -> type[Table]:
    """The model of the table that holds the key at `location`."""
    if len(location) == 1:
        return WorldTable
    if location[0] == "links" and len(location) > 3:
        return DirectionTable
    return _TABLES[str(location[0])]


def _path(location: Location, raw: Mapping[str, Any]) -> str:
    """`clients.home.site` rather than `clients[3].site`, where there is a name."""
    words = ""
    value: Any = raw
    for key in location:
        value = _below(value, key)
        name = _label(value) if isinstance(key, int) else str(key)
        if isinstance(key, int) and not name:
            words += f"[{key}]"
        else:
            words += f".{name}" if words else name
    return words or "file"


def _below(value: Any, key: str | int) -> Any:  # noqa: ANN401 - a file's raw values
    try:
        return value[key]
    except (KeyError, IndexError, TypeError):
        return None


def _label(value: object) -> str:
    """What people call an entry of an array of tables."""
    if not isinstance(value, dict):
        return ""
    ends = value.get("between")
    if isinstance(ends, list) and ends and all(isinstance(it, str) for it in ends):
        return "-".join(ends)
    name = value.get("name", value.get("site"))
    return name if isinstance(name, str) else ""

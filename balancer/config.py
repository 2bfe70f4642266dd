"""Configuration files: TOML into pydantic models, with all mistakes told at once.

The models stand at the border alone; programs turn them into frozen records.
"""

import tomllib
from collections.abc import Hashable, Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    Strict,
)
from pydantic import ValidationError as _ValidationError
from pydantic_core import ErrorDetails

from .errors import ConfigError
from .model import Address, Network
from .suggest import did_you_mean
from .text_file import read_text
from .units import duration_s, whole_seconds
from .wire.dns.names import name_from_text


class Table(BaseModel):
    """A TOML table: unknown keys are mistakes, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


M = TypeVar("M", bound=Table)
S = TypeVar("S", bound=Sized)
T = TypeVar("T")
Location = tuple[int | str, ...]

# For kinds of mistakes that pydantic tells in Python's words.
PLAINER_WORDS = {
    "tuple_type": "no list; write it in brackets",
    "model_type": "no table",
    "dict_type": "no table",
    "string_type": "no text; write it in quotes",
}
LONGEST_NAME = 64  # of what is named: a host, a pool, a service


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong in a file, at the path of its key."""

    path: str
    what: str


def read_config(path: Path, model: type[M]) -> M:
    """Read the TOML file `path` as `model`.

    Raises:
        ConfigError: it cannot be read, or is wrong: one line per mistake.
    """
    return parse_config(read_text(path), str(path), model)


def parse_config(text: str, file_name: str, model: type[M]) -> M:
    """Return TOML `text` as `model`; see `read_config`."""
    return check_tree(parse_toml(text, file_name), file_name, model)


def parse_toml(text: str, file_name: str) -> dict[str, Any]:
    """Return the tables of TOML `text`; ConfigError when it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file_name}: not TOML: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"{file_name}: values are nested too deep") from error


def check_tree(tree: object, file_name: str, model: type[M]) -> M:
    """Return what a file's text says as `model`; see `read_config`."""
    try:
        return model.model_validate(tree)
    except _ValidationError as error:
        mistakes = [_mistake(model, detail) for detail in error.errors()]
        raise config_error(file_name, mistakes) from error


def config_error(file_name: str, mistakes: Iterable[Mistake]) -> ConfigError:
    """Return the error that lists `mistakes`, one line each: "FILE: path: what".

    What two checks found is told once.
    """
    lines = (f"{file_name}: {m.path}: {m.what}" for m in mistakes)
    return ConfigError("\n".join(dict.fromkeys(lines)))


def repeated(path: str, values: Iterable[Hashable]) -> Iterator[Mistake]:
    """Yield a mistake for each value of the list at `path` that came before."""
    first: dict[Hashable, int] = {}
    for index, value in enumerate(values):
        if first.setdefault(value, index) != index:
            yield Mistake(f"{path}[{index}]", f"the same as {path}[{first[value]}]")


def path_of(location: Sequence[int | str]) -> str:
    """Return a key's path as `zone[0].record[2].type`."""
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path or "file"


def _mistake(model: type[BaseModel], detail: ErrorDetails) -> Mistake:
    location = tuple(part for part in detail["loc"] if part != "[key]")
    if detail["type"] == "extra_forbidden":
        known = _keys_at(model, location[:-1])
        what = "unknown key" + did_you_mean(location[-1], known)
    elif detail["type"] == "missing":
        what = "missing"
    elif detail["type"] == "literal_error":
        what = _not_one_of(detail["input"], detail["ctx"]["expected"])
    elif detail["type"] in PLAINER_WORDS:
        what = PLAINER_WORDS[detail["type"]]
    else:
        what = detail["msg"].removeprefix("Value error, ")
    return Mistake(path_of(location), what)


def _not_one_of(given: object, expected: str) -> str:
    """Say that `given` is none of the words that pydantic lists in `expected`."""
    words = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    return f"{given!r} is not one of {', '.join(words)}" + did_you_mean(given, words)


def _keys_at(annotation: object, location: Location) -> list[str]:
    """Return the keys that the table at `location` of a model may have."""
    for part in location:
        annotation = _inner(annotation, part)
    annotation = _plain(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [field.alias or name for name, field in annotation.model_fields.items()]
    return []


def _inner(annotation: object, part: int | str) -> object:
    annotation = _plain(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields.items()
        return next(f.annotation for n, f in fields if part in (n, f.alias))
    arguments = get_args(annotation)
    return arguments[0] if isinstance(part, int) else arguments[1]


def _plain(annotation: object) -> object:
    """Strip `Annotated` and `| None` from an annotation."""
    while get_origin(annotation) is Annotated or type(None) in get_args(annotation):
        annotation = get_args(annotation)[0]
    return annotation


def as_text(value: object) -> str:
    """Return a text as it is; ValueError, if it is something else."""
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a text in quotes")
    return value


def _address(value: object) -> Address:
    try:
        return ip_address(as_text(value))
    except ValueError as error:
        raise ValueError(f"{value!r} is no IPv4 or IPv6 address") from error


def _network(value: object) -> Network:
    try:
        return ip_network(as_text(value))
    except ValueError as error:
        raise ValueError(f"{value!r} is no IPv4 or IPv6 prefix: {error}") from error


def _dns_name(value: object) -> bytes:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no name in quotes")
    return name_from_text(value)


def _name(text: str) -> str:
    if not text or not text.isprintable() or len(text) > LONGEST_NAME:
        what = f"1 to {LONGEST_NAME} characters that can be printed"
        raise ValueError(f"{text!r} is no name of {what}")
    return text


def _not_empty(value: S) -> S:
    # Not pydantic's min_length: that one complains too when all items are wrong.
    if not value:
        raise ValueError("empty; give at least one")
    return value


NOT_EMPTY = AfterValidator(_not_empty)
SomeOf = Annotated[tuple[T, ...], NOT_EMPTY]
AnyAddress = Annotated[Address, PlainValidator(_address)]
AnyNetwork = Annotated[Network, PlainValidator(_network)]
# No text, truth value or fraction that happens to be a whole number.
Whole = Annotated[int, Strict()]
YesOrNo = Annotated[bool, Strict()]
Name = Annotated[str, AfterValidator(_name)]
DnsName = Annotated[bytes, PlainValidator(_dns_name)]
Seconds = Annotated[float, BeforeValidator(duration_s)]
WholeSeconds = Annotated[int, BeforeValidator(whole_seconds)]

"""The ways of selecting by the names that configuration files use."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from importlib import import_module

from ..errors import ConfigError
from ..suggest import did_you_mean
from .selector import Method

# Imported when asked for: numpy takes longer to load than a table takes to build.
_METHODS = {
    "modulo": ("modulo", "Modulo"),
    "ring": ("ring", "Ring"),
    "rendezvous": ("rendezvous", "Rendezvous"),
    "jump": ("jump", "Jump"),
    "maglev": ("maglev", "Maglev"),
    "anchor": ("anchor", "Anchor"),
    "bounded": ("bounded", "Bounded"),
    "round_robin": ("round_robin", "RoundRobin"),
    "least_loaded": ("least_loaded", "LeastLoaded"),
    "bounded_loads": ("bounded_loads", "BoundedLoads"),
}
NAMES = tuple(_METHODS)
# What the next flow gets depends on those before it; see `selector.Policy`.
POLICIES = ("round_robin", "least_loaded", "bounded_loads")


def selector(name: str, options: Mapping[str, object] | None = None) -> Method:
    """Return the method of this name, with its options.

    Raises:
        ConfigError: there is no such method, or its options are wrong: one line each.
    """
    if name not in _METHODS:
        what = f"no way of selecting is named {name!r}" + did_you_mean(name, NAMES)
        raise ConfigError(f"{what}; there are: {', '.join(NAMES)}")
    module, class_name = _METHODS[name]
    method = getattr(import_module(f".{module}", __package__), class_name)
    options = options or {}
    if mistakes := list(_mistakes(method, options)):
        raise ConfigError("\n".join(f"{name}: {mistake}" for mistake in mistakes))
    try:
        made: Method = method(**options)
    except ConfigError as error:
        raise ConfigError(f"{name}: {error}") from error
    return made


def _mistakes(method: type, options: Mapping[str, object]) -> Iterator[str]:
    kinds = {field.name: field.type for field in fields(method)}
    for option, value in options.items():
        if option not in kinds:
            known = f"; there are: {', '.join(kinds)}" if kinds else "; there are none"
            yield f"no option is named {option!r}{did_you_mean(option, kinds)}{known}"
        elif isinstance(value, bool) or not isinstance(value, _allowed(kinds[option])):
            yield f"{option}: {value!r} is no number" + _whole(kinds[option])


def _allowed(kind: object) -> tuple[type, ...]:
    return (int,) if kind is int else (int, float)


def _whole(kind: object) -> str:
    return " without a fraction" if kind is int else ""

"""Which benchmarks there are: a group is a list of modules with a `run()`."""

import importlib
from collections.abc import Callable, Iterator

from balancer.errors import ConfigError

from .figure import Figure

GROUPS = {
    "lab": ("sandbox", "hosts", "relay", "xdp", "ready"),
    "vip": (
        *("xdp", "dataplane", "rate", "flows", "newflows", "answers", "loading"),
        *("hashing", "disruption", "verdicts"),
    ),
    "dns": ("dns", "maps", "names"),
}

Run = Callable[[], list[Figure]]


def benchmarks(group: str) -> Iterator[tuple[str, Run]]:
    """Yield name and function of every benchmark of `group`, or of that one name."""
    alone = {name: (name,) for names in GROUPS.values() for name in names}
    known = {**alone, **GROUPS}
    if group not in known:
        raise ConfigError(
            f"no benchmark named {group!r} (there are: {', '.join(known)})"
        )
    for name in known[group]:
        module = importlib.import_module(f".{name}", __package__)
        yield name, module.run

"""Which benchmarks there are: a group is a list of modules with a `run()`."""

import importlib
from collections.abc import Callable, Iterator

from balancer.errors import ConfigError

from .figure import Figure

_VIP = (
    *(
        "xdp",
        "dataplane",
        "rate",
        "flows",
        "newflows",
        "answers",
        "loading",
        "second_chance",
    ),
    *("hashing", "disruption", "verdicts"),
)
# Names of modules below this package.
GROUPS = {
    "lab": ("lab.sandbox", "lab.hosts", "lab.relay", "vip.xdp", "lab.ready"),
    "vip": tuple(f"vip.{name}" for name in _VIP),
    "dns": ("dns.peers", "dns.hostile", "dns.maps", "dns.names", "dns.takeover"),
}

Run = Callable[[], list[Figure]]


def benchmarks(group: str) -> Iterator[tuple[str, Run]]:
    """Yield name and function of every benchmark of `group`, or of that one name."""
    alone = {_named(it): (it,) for modules in GROUPS.values() for it in modules}
    known = {**alone, **GROUPS}
    if group not in known:
        raise ConfigError(
            f"no benchmark named {group!r} (there are: {', '.join(known)})"
        )
    for it in known[group]:
        module = importlib.import_module(f".{it}", __package__)
        yield _named(it), module.run


def _named(module: str) -> str:
    return module.rpartition(".")[2]

"""vip.toml for one cell of an experiment: another pool and selection."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# Nobody dies unasked here, and checks of a balancer without a port must not tell.
HEALTH = {
    "kind": "http",
    "through": "direct",
    "port": 80,
    "path": "/health",
    "interval": "30 s",
    "timeout": "5 s",
    "rise": 1,
    "fall": 10,
}


@dataclass(frozen=True, slots=True)
class Setting:
    """How all VIPs of a balancer are served.

    Args:
        pool: a name; one that was not there before has no past, in any table.
        selection: the method.
        backends: who is in the pool.
        flow_entries: the size of the flow table.
    """

    pool: str
    selection: str
    backends: tuple[str, ...]
    flow_entries: int


def with_setting(config: dict[str, Any], setting: Setting) -> dict[str, Any]:
    """Return the content of a vip.toml changed to `setting`."""
    return {
        **config,
        "balancer": {**config["balancer"], "flow_entries": setting.flow_entries},
        "pool": [
            {
                "name": setting.pool,
                "health": HEALTH,
                "backend": _chosen(config["pool"][0]["backend"], setting.backends),
            }
        ],
        "vip": [
            {**vip, "pool": setting.pool, "selection": setting.selection}
            for vip in config["vip"]
        ],
    }


def _chosen(
    backends: Sequence[dict[str, Any]], names: Sequence[str]
) -> list[dict[str, Any]]:
    return [backend for backend in backends if backend["name"] in names]

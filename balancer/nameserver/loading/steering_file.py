"""The steering map as a file says it; pure.

A file in TOML, or in JSON with the same tree:

    version = 17
    sites.fra = { load = 1200.0, capacity = 1000.0 }
    sites.iad = { healthy = false }
    demand = { syd = 120.0 }

`load` is what a site would carry if every client went to the nearest one, in the unit
of `capacity`: the load before spilling, so that no map answers to its own effect.
`demand` says the same by location of the clients, where that is known.
"""

import json
from math import inf
from typing import Annotated

from pydantic import Field

from ...config import Table, check_tree, parse_config
from ...errors import ConfigError
from ..policies.steering import SiteState, SteeringMap

JSON_SUFFIX = ".json"
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Site(Table):
    healthy: bool = True
    drained: bool = False
    load: Amount = 0.0
    capacity: Amount | None = None

    def state(self) -> SiteState:
        capacity = inf if self.capacity is None else self.capacity
        return SiteState(self.healthy, self.drained, self.load, capacity)


class _Steering(Table):
    version: int = Field(ge=1)
    sites: dict[str, _Site]
    demand: dict[str, Amount] = Field(default_factory=dict)


def parse_steering(text: str, file_name: str) -> SteeringMap:
    """Return the map that a file's text says; ConfigError with all its mistakes."""
    if file_name.endswith(JSON_SUFFIX):
        try:
            tree = json.loads(text)
        except ValueError as error:
            raise ConfigError(f"{file_name}: not JSON: {error}") from error
        except RecursionError as error:
            raise ConfigError(f"{file_name}: values are nested too deep") from error
        said = check_tree(tree, file_name, _Steering)
    else:
        said = parse_config(text, file_name, _Steering)
    sites = {name: site.state() for name, site in said.sites.items()}
    return SteeringMap(said.version, sites, said.demand)

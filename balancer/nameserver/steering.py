"""The steering map: how every site is, as global control says it; pure.

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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Annotated

from pydantic import Field

from ..config import Table, check_tree, parse_config
from ..errors import ConfigError

JSON_SUFFIX = ".json"
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class SiteState:
    """One site; of a site that no map speaks of nothing bad is known.

    Args:
        healthy: whether it serves.
        drained: whether it serves those it has, and is to get no others.
        load: what its nearest clients ask for.
        capacity: what it can bear.
    """

    healthy: bool = True
    drained: bool = False
    load: float = 0.0
    capacity: float = inf


UNKNOWN = SiteState()


@dataclass(frozen=True, slots=True)
class SteeringMap:
    """What is known of all sites; `demand` is by location of the clients."""

    version: int = 0
    sites: Mapping[str, SiteState] = field(default_factory=dict)
    demand: Mapping[str, float] = field(default_factory=dict)

    def state(self, site: str) -> SiteState:
        """Return what is known of a site."""
        return self.sites.get(site, UNKNOWN)

    def usable(self, sites: Iterable[str]) -> frozenset[str]:
        """Return which of the sites may be answered; none when all are down.

        A drained site is better than none at all.
        """
        healthy = frozenset(site for site in sites if self.state(site).healthy)
        wanted = frozenset(site for site in healthy if not self.state(site).drained)
        return wanted or healthy


NOTHING_KNOWN = SteeringMap()


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
        said = check_tree(tree, file_name, _Steering)
    else:
        said = parse_config(text, file_name, _Steering)
    sites = {name: site.state() for name, site in said.sites.items()}
    return SteeringMap(said.version, sites, said.demand)


def refuse_older(have: SteeringMap, found: SteeringMap, file_name: str) -> None:
    """Raise ConfigError unless the version found is newer than the one in force."""
    if found.version <= have.version:
        what = f"{found.version} is not newer than {have.version}, which is in force"
        raise ConfigError(f"{file_name}: version: {what}")

"""The steering map: how every site is, as global control says it; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf

from ...errors import ConfigError


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


def refuse_older(have: SteeringMap, found: SteeringMap, file_name: str) -> None:
    """Raise ConfigError unless the version found is newer than the one in force."""
    if found.version <= have.version:
        what = f"{found.version} is not newer than {have.version}, which is in force"
        raise ConfigError(f"{file_name}: version: {what}")

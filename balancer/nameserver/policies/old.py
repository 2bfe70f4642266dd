"""How a steered name chooses among its answers; pure, and asked once per query."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ...model import Network
from ..regions import Regions, cut_regions
from .asker import ClientAddress


class Choice(NamedTuple):
    """Which of the answers, and the prefix of the client on which it is this one.

    `scope_prefix_length` is as RFC 7871 has it: 0 is "the same for everybody".
    """

    answer: int
    scope_prefix_length: int


class Policy(Protocol):
    """Chooses one of a fixed number of answers."""

    def choose(self, client: ClientAddress) -> Choice:
        """Return the choice for this client."""


@dataclass(frozen=True, slots=True)
class Static:
    """Everybody gets the one answer, with all addresses."""

    def choose(self, client: ClientAddress) -> Choice:
        """Return the only choice."""
        return Choice(0, 0)


@dataclass(frozen=True, slots=True)
class Nearest:
    """Everybody gets the answer of the site that is nearest to its location."""

    answers4: Regions[int]
    answers6: Regions[int]

    def choose(self, client: ClientAddress) -> Choice:
        """Return the nearest site, by longest match of the client's address."""
        regions = self.answers4 if client.version == 4 else self.answers6
        answer, scope = regions.lookup(client.value)
        # A resolver may keep an answer of scope 0 for clients of the other family too.
        if scope == 0 and self.answers4.values != self.answers6.values:
            scope = 1
        return Choice(answer, scope)


@dataclass(frozen=True, slots=True)
class Geography:
    """Where client networks are, and how far each location is from the sites.

    Args:
        locations4: location by IPv4 address.
        locations6: location by IPv6 address.
        rtt_ms: by location, then by site.
    """

    locations4: Regions[str]
    locations6: Regions[str]
    rtt_ms: Mapping[str, Mapping[str, float]]

    def nearest(self, sites: tuple[str, ...]) -> Nearest:
        """Return the policy whose answers are those of `sites`, in this order."""

        def choose(location: str) -> int:
            return min(
                range(len(sites)), key=lambda i: self._rtt_ms(location, sites[i])
            )

        return Nearest(self.locations4.mapped(choose), self.locations6.mapped(choose))

    def _rtt_ms(self, location: str, site: str) -> float:
        distances = self.rtt_ms.get(location, {})
        return distances.get(site, 0.0 if location == site else float("inf"))


def make_geography(
    networks: tuple[tuple[Network, str], ...],
    rtt_ms: Mapping[str, Mapping[str, float]],
    home: str,
) -> Geography:
    """Return the geography of a network map.

    Args:
        networks: prefixes of clients, each once, with their location.
        rtt_ms: by location, then by site.
        home: location of clients that no prefix holds. That is the server's own
            site: anycast brought them there, so that it is near to them.
    """
    return Geography(
        cut_regions(4, networks, home), cut_regions(6, networks, home), rtt_ms
    )

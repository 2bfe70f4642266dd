"""Maps that are ready for policies: a location by address, and how far it is; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .regions import Placed, Regions, cut_regions
from .scale import Scale
from .text import Prefix

# By location, then by site, in milliseconds; inf is "not known".
Distances = NDArray[np.float64]


class Map(Protocol):
    """What a policy needs to know which site is how far from a client."""

    @property
    def regions(self) -> Mapping[int, Regions]:
        """Number of the location, by IP version."""
        ...

    def distances_ms(self, sites: Sequence[str]) -> Distances:
        """Return how far each location is from each of the sites."""
        ...


@dataclass(frozen=True, slots=True)
class Geography:
    """Where client networks are, and how far each location is from the sites.

    Args:
        regions: number of the location, by IP version.
        locations: names by number; the first one holds for addresses that the map
            does not have.
        scale: the distances.
    """

    regions: Mapping[int, Regions]
    locations: tuple[str, ...]
    scale: Scale

    def distances_ms(self, sites: Sequence[str]) -> Distances:
        """Return how far each location is from each of the sites."""
        distance = self.scale.distance_ms
        return np.array([[distance(at, to) for to in sites] for at in self.locations])


@dataclass(frozen=True, slots=True)
class Latencies:
    """Round-trip times from client networks to sites, as somebody measured them.

    Args:
        regions: row of `rtt_ms`, by IP version; row 0 is of unmeasured networks.
        sites: of the columns.
        rtt_ms: inf where nothing was measured.
    """

    regions: Mapping[int, Regions]
    sites: tuple[str, ...]
    rtt_ms: Distances

    def distances_ms(self, sites: Sequence[str]) -> Distances:
        """Return the round-trip times to these sites."""
        columns = {site: self.rtt_ms[:, i] for i, site in enumerate(self.sites)}
        unmeasured = np.full(len(self.rtt_ms), inf)
        return np.stack([columns.get(site, unmeasured) for site in sites], axis=1)


def make_geography(
    networks: Iterable[tuple[Prefix, str]], scale: Scale, home: str
) -> Geography:
    """Return the geography of a network map.

    Args:
        networks: prefixes of clients, each once, with their location.
        scale: how far locations are.
        home: location of clients that no prefix holds. That is the server's own
            site: anycast brought them there, so that it is near to them.
    """
    numbers = {home: 0}
    regions = cut_families(
        (prefix, numbers.setdefault(location, len(numbers)))
        for prefix, location in networks
    )
    return Geography(regions, tuple(numbers), scale)


def make_latencies(
    networks: Iterable[tuple[Prefix, Mapping[str, float]]],
) -> Latencies:
    """Return the map of these round-trip times, in milliseconds by site."""
    rows: dict[tuple[tuple[str, float], ...], int] = {(): 0}
    regions = cut_families(
        (prefix, rows.setdefault(tuple(rtt_ms.items()), len(rows)))
        for prefix, rtt_ms in networks
    )
    sites = tuple(dict.fromkeys(site for row in rows for site, _ in row))
    columns = {site: number for number, site in enumerate(sites)}
    matrix = np.full((len(rows), len(sites)), inf)
    for row, number in rows.items():
        for site, rtt_ms in row:
            matrix[number, columns[site]] = rtt_ms
    return Latencies(regions, sites, matrix)


def cut_families(placed: Iterable[tuple[Prefix, int]]) -> dict[int, Regions]:
    """Return the regions of both IP versions; value 0 is outside of all prefixes."""
    of_version: dict[int, list[Placed]] = {4: [], 6: []}
    for (version, start, length), value in placed:
        of_version[version].append((start, length, value))
    return {version: cut_regions(version, of_version[version]) for version in (4, 6)}

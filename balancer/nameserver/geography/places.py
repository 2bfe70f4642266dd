"""Maps that are ready for policies: a location by address, and how far it is; pure."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, nan

from .regions import Placed, Regions, cut_regions
from .scale import Scale
from .text import Prefix


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

    def distances_ms(self, sites: Sequence[str]) -> list[list[float]]:
        """Return how far each location is from each of the sites; inf: not known."""
        distance = self.scale.distance_ms
        return [[distance(at, to) for to in sites] for at in self.locations]


@dataclass(frozen=True, slots=True)
class Latencies:
    """Round-trip times from client networks to sites, as somebody measured them.

    Args:
        regions: number of the row, by IP version; row 0 is of unmeasured networks.
        sites: of the columns.
        rtt_ms: row by row; not a number where nothing was measured.
    """

    regions: Mapping[int, Regions]
    sites: tuple[str, ...]
    rtt_ms: "array[float]"

    def lowest(self, sites: Sequence[str], unmeasured: int) -> Sequence[int]:
        """Return for each row the number of the site with the lowest time.

        Args:
            sites: that may be chosen.
            unmeasured: what stands for rows without a time to any of them.
        """
        # Only who has measured latencies needs it, and its import takes long.
        import numpy as np

        if not self.sites:
            return [unmeasured]
        table = np.frombuffer(self.rtt_ms).reshape(-1, len(self.sites))
        columns = {site: table[:, number] for number, site in enumerate(self.sites)}
        nothing = np.full(len(table), nan)
        chosen = np.stack([columns.get(site, nothing) for site in sites], axis=1)
        chosen = np.where(np.isnan(chosen), inf, chosen)
        lowest = chosen.argmin(axis=1)
        lowest[np.isinf(chosen).all(axis=1)] = unmeasured
        found: Sequence[int] = lowest.astype(np.uint32).data
        return found


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
    table = array("d", [nan]) * (len(rows) * len(sites))
    for row, number in rows.items():
        for site, rtt_ms in row:
            table[number * len(sites) + columns[site]] = rtt_ms
    return Latencies(regions, sites, table)


def cut_families(placed: Iterable[tuple[Prefix, int]]) -> dict[int, Regions]:
    """Return the regions of both IP versions; value 0 is outside of all prefixes."""
    of_version: dict[int, list[Placed]] = {4: [], 6: []}
    for (version, start, length), value in placed:
        of_version[version].append((start, length, value))
    return {version: cut_regions(version, of_version[version]) for version in (4, 6)}

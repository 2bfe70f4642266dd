"""How far places are from each other: as somebody says, or as the crow flies; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import asin, cos, inf, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0
FIBRE_KM_PER_RTT_MS = 100.0  # light in glass: 200 km in a millisecond, there and back


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the earth, in degrees."""

    latitude: float
    longitude: float

    def distance_km(self, other: "Place") -> float:
        """Return the great circle's length (haversine formula)."""
        north = radians(other.latitude - self.latitude)
        east = radians(other.longitude - self.longitude)
        shrinking = cos(radians(self.latitude)) * cos(radians(other.latitude))
        chord = sin(north / 2) ** 2 + shrinking * sin(east / 2) ** 2
        return 2 * EARTH_RADIUS_KM * asin(sqrt(min(chord, 1.0)))


@dataclass(frozen=True, slots=True)
class Scale:
    """How far locations are from sites: as said, else as the crow flies.

    Args:
        rtt_ms: by location, then by site.
        places: of locations and sites.
    """

    rtt_ms: Mapping[str, Mapping[str, float]]
    places: Mapping[str, Place]

    def distance_ms(self, location: str, site: str) -> float:
        """Return the round-trip time, or the shortest possible; inf: nobody knows."""
        said = self.rtt_ms.get(location, {}).get(site)
        if said is not None:
            return said
        if location == site:
            return 0.0
        if location in self.places and site in self.places:
            km = self.places[location].distance_km(self.places[site])
            return km / FIBRE_KM_PER_RTT_MS
        return inf

    def knows(self, location: str, site: str) -> bool:
        """Whether somebody knows how far that is."""
        return self.distance_ms(location, site) < inf

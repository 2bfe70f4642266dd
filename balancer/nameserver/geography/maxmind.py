"""Network maps in MaxMind's format (MMDB), read through `maxminddb`."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import maxminddb

from ...errors import ConfigError
from .scale import Place
from .text import Prefix

Locate = Callable[[object], str | None]


def read_maxmind(
    path: Path, field: str, places: Mapping[str, Place]
) -> Iterator[tuple[Prefix, str]]:
    """Yield the prefixes of a database with their location.

    Networks without the field are left out, as if the database did not have them.

    Args:
        path: the database.
        field: where a record has the location, as in "country.iso_code". When that
            is a point with latitude and longitude, the nearest place is the location.
        places: locations by name.

    Raises:
        ConfigError: it cannot be read, or is none.
    """
    keys = field.split(".")
    locate = _locator(places)
    try:
        with maxminddb.open_database(path) as database:
            for network, record in database:
                if location := locate(_inside(record, keys)):
                    start = int(network.network_address)
                    yield (network.version, start, network.prefixlen), location
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        raise ConfigError(f"{path}: no MaxMind database: {error}") from error


def _inside(record: object, keys: list[str]) -> object:
    for key in keys:
        if not isinstance(record, Mapping):
            return None
        record = record.get(key)
    return record


def _locator(places: Mapping[str, Place]) -> Locate:
    """Return what makes a location of a field; each point is searched for once."""
    known: dict[Place, str] = {}

    def locate(found: object) -> str | None:
        if isinstance(found, str):
            return found
        if not places or not isinstance(found, Mapping):
            return None
        latitude, longitude = found.get("latitude"), found.get("longitude")
        if not isinstance(latitude, float) or not isinstance(longitude, float):
            return None
        point = Place(latitude, longitude)
        if point not in known:
            known[point] = min(places, key=lambda name: point.distance_km(places[name]))
        return known[point]

    return locate

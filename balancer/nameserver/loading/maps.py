"""Reads the maps of a configuration: network map and latency map, from their files."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from ...errors import ConfigError
from ..content.signature import is_special
from ..geography.maxmind import read_maxmind
from ..geography.places import Geography, Latencies, make_geography, make_latencies
from ..geography.scale import Scale
from ..geography.text import Prefix, read_latency_map, read_network_map
from .config import DnsConfig
from .service_checks import is_maxmind, location_mistakes, placed_sites, scale_of

Complain = Callable[[str, str], None]
T = TypeVar("T")


def read_maps(
    config: DnsConfig, folder: Path, complain: Complain
) -> tuple[Geography, Latencies]:
    """Return both maps; without the networks of files that are wrong.

    Args:
        config: without mistakes of its own.
        folder: where relative paths start.
        complain: is told what is wrong, and where.
    """
    networks = _told_on(complain, _networks(config, folder, complain))
    latencies = _told_on(complain, _latencies(config, folder))
    scale = scale_of(config.map)
    geography = make_geography(networks, scale, config.server.site)
    return geography, make_latencies(latencies)


def _networks(
    config: DnsConfig, folder: Path, complain: Complain
) -> Iterator[tuple[Prefix, str]]:
    table = config.map
    for each in table.network:
        first = int(each.prefix.network_address)
        yield (each.prefix.version, first, each.prefix.prefixlen), each.location
    if table.file is None:
        return
    path = folder / table.file
    scale, sites = scale_of(table), placed_sites(config)
    if is_maxmind(table):
        _refuse_special(path)
        read = read_maxmind(path, table.field, scale.places)
        yield from _placeable(read, scale, sites)
        return
    places: dict[str, str] = {}
    with _lines(path) as lines:
        for prefix, location in read_network_map(lines, str(path)):
            places.setdefault(location, str(path))
            yield prefix, location
    for mistake in location_mistakes(places, table, sites):
        complain(mistake.path, mistake.what)


def _latencies(
    config: DnsConfig, folder: Path
) -> Iterator[tuple[Prefix, dict[str, float]]]:
    if config.map.latency is not None:
        path = folder / config.map.latency
        with _lines(path) as lines:
            for prefix, rtt_ms in read_latency_map(lines, str(path)):
                yield prefix, dict(rtt_ms)


def _placeable(
    networks: Iterable[tuple[Prefix, str]], scale: Scale, sites: tuple[str, ...]
) -> Iterator[tuple[Prefix, str]]:
    """Leave out locations that are nowhere: such a database has the whole world's."""
    known: dict[str, bool] = {}
    for prefix, location in networks:
        if location not in known:
            known[location] = any(scale.knows(location, site) for site in sites)
        if known[location]:
            yield prefix, location


def _told_on(complain: Complain, read: Iterator[T]) -> Iterator[T]:
    """Yield what is read until it is wrong, and tell what is wrong about it."""
    try:
        yield from read
    except ConfigError as error:
        for line in str(error).splitlines():
            place, _, what = line.partition(": ")
            complain(place, what)


def _refuse_special(path: Path) -> None:
    if is_special(path):
        raise ConfigError(f"{path}: cannot be read: no regular file")


@contextmanager
def _lines(path: Path) -> Iterator[Iterable[str]]:
    _refuse_special(path)
    try:
        with path.open(encoding="utf-8-sig") as lines:
            yield lines
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error

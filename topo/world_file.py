"""World files and the airport table from disk; parsing them is topo.world's."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import airportsdata

from balancer.errors import ConfigError

from .world.file.parse import TEXT_MAX, parse_world
from .world.file.suggest import one_of
from .world.records import Airport, World

WORLDS = Path(__file__).parent / "worlds"


def load_world(path_or_name: str | Path) -> World:
    """The world of a file, or the one of ours that has this name.

    What ends in .toml or holds a slash is a path.

    Raises:
        ConfigError: no such world, not readable, or wrong; says all mistakes.
    """
    path = _find(path_or_name)
    return parse_world(_read(path), _shown(path, path_or_name), load_airports())


def world_names() -> tuple[str, ...]:
    """The worlds that come with frontlab."""
    return tuple(sorted(path.stem for path in WORLDS.glob("*.toml")))


@cache  # to read it takes as long as all else of a world
def load_airports() -> Mapping[str, Airport]:
    """All airports by lower-case IATA code."""
    return MappingProxyType(
        {
            code.lower(): Airport(it["city"], it["country"], it["lat"], it["lon"])
            for code, it in airportsdata.load("IATA").items()
        }
    )


def _find(path_or_name: str | Path) -> Path:
    said = str(path_or_name)
    if isinstance(path_or_name, Path) or "/" in said or said.endswith(".toml"):
        return Path(path_or_name)
    if said not in world_names():
        cure = one_of(said, world_names())
        raise ConfigError(f'no world "{said}" {cure}; a file ends in .toml')
    return WORLDS / f"{said}.toml"


def _shown(path: Path, path_or_name: str | Path) -> str:
    return path.name if path.parent == WORLDS else str(path_or_name)


def _read(path: Path) -> str:
    try:
        # Editors may put a mark first; a device may have no end.
        with path.open(encoding="utf-8-sig") as file:
            return file.read(TEXT_MAX + 1)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text: {error.reason}") from error
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error

"""Reads a dns.toml with its zone files; the only place that opens them."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ..config import Mistake, config_error, read_config
from .build import build_zones
from .checks import find_mistakes
from .config import DnsConfig, RateLimitTable, ServerTable
from .content import Content, Listening
from .limit import RateLimit
from .zones.zone import Zone

MAX_MISTAKES = 100  # a file of the wrong kind has a million


class _Mistakes:
    """What is wrong, the first of it word by word."""

    def __init__(self) -> None:
        self.told: list[Mistake] = []
        self._more = 0

    def add(self, place: str, what: str) -> None:
        """Note one more."""
        if len(self.told) < MAX_MISTAKES:
            self.told.append(Mistake(place, what))
        else:
            self._more += 1

    def all(self) -> list[Mistake]:
        """Return them, and how many are not told."""
        more = [Mistake("more", f"{self._more} further mistakes")] if self._more else []
        return self.told + more


def load_content(path: Path) -> Content:
    """Return what is in the file at `path`; ConfigError with every mistake."""
    config = read_config(path, DnsConfig)
    mistakes = _Mistakes()
    for mistake in find_mistakes(config):
        mistakes.add(mistake.path, mistake.what)
    zones = build_zones(config, partial(_lines, path.parent, mistakes), mistakes.add)
    if mistakes.told:
        raise config_error(str(path), mistakes.all())
    return _content(config.server, zones)


def _content(server: ServerTable, zones: tuple[Zone, ...]) -> Content:
    tcp = server.tcp
    return Content(
        server.site,
        Listening(tuple(server.listen), server.port, tcp.connections, tcp.idle),
        zones,
        server.site if server.identity is None else server.identity,
        server.version,
        None if server.rate_limit is None else _rate_limit(server.rate_limit),
        server.cookies,
        server.cookie_secrets,
    )


def _rate_limit(table: RateLimitTable) -> RateLimit:
    return RateLimit(
        table.per_second,
        table.window,
        table.slip,
        ((4, table.ipv4_prefix), (6, table.ipv6_prefix)),
        table.exempt,
    )


def _lines(folder: Path, mistakes: _Mistakes, name: str) -> Iterator[str]:
    try:
        with (folder / name).open(encoding="utf-8") as lines:
            yield from lines
    except (OSError, UnicodeDecodeError) as error:
        mistakes.add(name, f"cannot be read: {error}")

"""Reads a dns.toml with its zone files; the only place that opens them."""

from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm

from ...config import Mistake, config_error, read_config
from ..content.content import Content, Listening
from ..content.signature import is_special, signature_of
from ..protection.limit import RateLimit
from ..zones.keys import SigningKey
from ..zones.zone import Zone
from .build import Border, build_zones
from .checks import find_mistakes
from .config import DnsConfig, RateLimitTable
from .services import Seats
from .zone_file import ZoneFile

if TYPE_CHECKING:
    from ..content.guide import Guide

MAX_MISTAKES = 100  # a file of the wrong kind has a million


class _Mistakes:
    """What is wrong, the first of it word by word."""

    def __init__(self) -> None:
        self.told: list[Mistake] = []
        self._more = 0

    def add(self, place: str, what: str) -> None:
        """Note one more."""
        if len(self.told) < MAX_MISTAKES:
            self.told.append(Mistake(_printable(place), _printable(what)))
        else:
            self._more += 1

    def all(self) -> list[Mistake]:
        """Return them, and how many are not told."""
        more = [Mistake("more", f"{self._more} further mistakes")] if self._more else []
        return self.told + more


def _printable(text: str) -> str:
    """Return what a terminal can show: files of the wrong kind have any octets."""
    return "".join(each if each.isprintable() else "?" for each in text)


def check_content(path: Path) -> Content:
    """Return what is in the file at `path`, and make no keys; see `load_content`."""
    return _load(path, makes_keys=False)


def load_content(path: Path) -> Content:
    """Return what is in the file at `path`; ConfigError with every mistake.

    Keys that its zones name and that are not there are made.
    """
    return _load(path, makes_keys=True)


def _load(path: Path, makes_keys: bool) -> Content:
    config = read_config(path, DnsConfig)
    mistakes = _Mistakes()
    for mistake in find_mistakes(config):
        mistakes.add(mistake.path, mistake.what)
    border = Border(
        partial(ZoneFile, path.parent),
        partial(_key, path.parent, mistakes, makes_keys),
        mistakes.add,
    )
    seats = Seats()
    zones = build_zones(config, seats, border)
    guide = _guide(config, seats, path.parent, mistakes) if seats else None
    if mistakes.told:
        raise config_error(str(path), mistakes.all())
    return _content(config, zones, guide)


def _guide(
    config: DnsConfig, seats: Seats, folder: Path, mistakes: _Mistakes
) -> "Guide":
    # These take numpy along, which servers without services do not need.
    from ..content.guide import Guide
    from .maps import read_maps

    files = [folder / name for name in (config.map.file, config.map.latency) if name]
    signatures = [(file, signature_of(file)) for file in files]
    geography, latencies = read_maps(config, folder, mistakes.add)
    steering = config.server.steering
    path = None if steering is None else folder / steering
    return Guide(tuple(seats), geography, latencies, path, tuple(signatures))


def _content(
    config: DnsConfig, zones: tuple[Zone, ...], guide: "Guide | None"
) -> Content:
    server, tcp = config.server, config.server.tcp
    # Without the class of the table, with which its library would come along.
    where = config.metrics and config.metrics.listen
    metrics = (where.address, where.port) if where else None
    return Content(
        server.site,
        Listening(
            tuple(server.listen),
            server.port,
            tcp.connections,
            tcp.idle,
            server.processes,
            server.xdp,
            server.interface or "",
            metrics,
        ),
        zones,
        server.site if server.identity is None else server.identity,
        server.version,
        None if server.rate_limit is None else _rate_limit(server.rate_limit),
        server.cookies,
        server.cookie_secrets,
        guide,
        server.fresh_signatures,
        server.samples_per_second,
    )


def _rate_limit(table: RateLimitTable) -> RateLimit:
    return RateLimit(
        table.per_second,
        table.window,
        table.slip,
        ((4, table.ipv4_prefix), (6, table.ipv6_prefix)),
        table.exempt,
    )


def _key(
    folder: Path, mistakes: _Mistakes, makes_keys: bool, name: str
) -> SigningKey | None:
    try:
        if is_special(folder / name):
            raise ValueError("no regular file")
        if makes_keys and not (folder / name).exists():
            _make_key(folder / name)
        return SigningKey.from_pem((folder / name).read_bytes())
    except FileNotFoundError:
        return None  # nobody was to make it
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        mistakes.add(name, f"cannot be used as a key: {error}")
        return None


def _make_key(path: Path) -> None:
    """Write a new key; who else does at this moment gets the one that was first."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-") as file:
        file.write(SigningKey.generate().to_pem())  # the file's mode is 0600
        file.flush()
        with suppress(FileExistsError):
            path.hardlink_to(file.name)

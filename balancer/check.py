"""`python -m balancer check --config FILE`: says what is wrong, and starts nothing."""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from .config import parse_toml
from .errors import ConfigError
from .options import parse_file
from .text_file import read_text

# The reader of a file, by the table that only this kind of file has.
READERS = {
    "server": "balancer.nameserver.loading.load:check_content",
    "balancer": "balancer.vip.settings.config:read_vip_config",
    "backend": "balancer.backend.config:read_backend_config",
    "announce": "balancer.announce.config:read_announce_config",
}


def main(argv: Sequence[str]) -> int:
    """Read a configuration file as its program does; return 0 when it is right."""
    path = parse_file("check", argv)
    reader_of(path)(path)
    return 0


def reader_of(path: Path) -> Callable[[Path], object]:
    """Return the function that reads this kind of file; it raises ConfigError."""
    tables = parse_toml(read_text(path), str(path))
    found = [reader for table, reader in READERS.items() if table in tables]
    if len(found) != 1:
        kinds = ", ".join(f"[{table}]" for table in READERS)
        raise ConfigError(f"{path}: not one table of {kinds}, so of no known program")
    module, _, name = found[0].partition(":")
    reader: Callable[[Path], object] = getattr(import_module(module), name)
    return reader

"""What a program on an interface is told about itself, for who finds it there later."""

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct
from typing import Any

from ...errors import WireError
from ..pools.memory import Memory

NAME = "about"  # of the map that has it
SIZE = 1 << 18  # octets; 4096 backends take about 60 kB
_HEAD = Struct("=I")  # octets that follow


@dataclass(frozen=True, slots=True)
class About:
    """A balancer's memory, and what is needed to read its maps.

    Args:
        layout: what the maps' layouts were, as `layout_of` tells it.
        memory: what must not be forgotten.
        table_sizes: slots of each table, by its number.
    """

    layout: str
    memory: Memory
    table_sizes: tuple[int, ...]

    def to_bytes(self) -> bytes:
        """Return `SIZE` octets."""
        tree = {
            "layout": self.layout,
            "memory": self.memory.to_json(),
            "table_sizes": self.table_sizes,
        }
        packed = zlib.compress(json.dumps(tree).encode(), level=1)
        return (_HEAD.pack(len(packed)) + packed).ljust(SIZE, b"\0")

    @classmethod
    def from_bytes(cls, octets: bytes) -> "About":
        """Return what `to_bytes` made.

        Raises:
            WireError: it made no such thing.
        """
        try:
            tree = _tree(octets)
            sizes = tuple(int(size) for size in tree["table_sizes"])
            return cls(str(tree["layout"]), Memory.from_json(tree["memory"]), sizes)
        except (zlib.error, KeyError, TypeError, ValueError) as error:
            raise WireError(f"no balancer's memory: {error!r}") from error


def layout_of(headers: Mapping[str, bytes]) -> str:
    """Return a word that differs when any of the C headers does that lay out maps."""
    digest = hashlib.sha256()
    for name in sorted(headers):
        digest.update(name.encode() + b"\0" + headers[name] + b"\0")
    return digest.hexdigest()[:16]


def _tree(octets: bytes) -> dict[str, Any]:
    length: int = _HEAD.unpack_from(octets)[0]
    text = zlib.decompress(octets[_HEAD.size : _HEAD.size + length])
    tree: dict[str, Any] = json.loads(text)
    return tree

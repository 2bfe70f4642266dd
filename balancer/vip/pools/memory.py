"""What a balancer must not forget when its process ends; as JSON and back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...errors import WireError
from ..tables.limits import MAX_BACKENDS, MAX_VIPS
from .numbers import Key, Numbers

# Tables of slots get their numbers anew whenever the slots' map is made anew.
MAX_TABLES = 1 << 16


@dataclass(frozen=True, slots=True)
class Memory:
    """Numbers, who served, and weights that were set by hand.

    Args:
        backends: numbers by pool, name and address.
        vips: numbers by address, port and protocol.
        tables: numbers by pool and selection.
        serving: backends that had flows sent to them, as in `backends`.
        weights: set by hand, by pool and name of the backend.
    """

    backends: Numbers = field(default_factory=lambda: Numbers(MAX_BACKENDS))
    vips: Numbers = field(default_factory=lambda: Numbers(MAX_VIPS))
    tables: Numbers = field(default_factory=lambda: Numbers(MAX_TABLES))
    serving: frozenset[Key] = frozenset()
    weights: Mapping[Key, int] = field(default_factory=dict)

    def copy(self) -> "Memory":
        """Return one whose numbers can be assigned anew."""
        return replace(
            self,
            backends=self.backends.copy(),
            vips=self.vips.copy(),
            tables=self.tables.copy(),
        )

    def to_json(self) -> dict[str, Any]:
        """Return an object of lists, texts and numbers."""
        return {
            "backends": _numbers_to_json(self.backends),
            "vips": _numbers_to_json(self.vips),
            "tables": _numbers_to_json(self.tables),
            "serving": sorted(map(list, self.serving)),
            "weights": _pairs(self.weights.items()),
        }

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> "Memory":
        """Return what `to_json` made.

        Raises:
            WireError: it made no such thing.
        """
        try:
            return cls(
                _numbers_from_json(tree["backends"], MAX_BACKENDS),
                _numbers_from_json(tree["vips"], MAX_VIPS),
                _numbers_from_json(tree["tables"], MAX_TABLES),
                frozenset(map(tuple, tree["serving"])),
                dict(_unpaired(tree["weights"])),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise WireError(f"no balancer's memory: {error!r}") from error


def _numbers_to_json(numbers: Numbers) -> dict[str, Any]:
    return {"taken": _pairs(numbers.items()), "free": list(numbers.free)}


def _numbers_from_json(tree: Mapping[str, Any], limit: int) -> Numbers:
    taken = _unpaired(tree["taken"])
    return Numbers(limit, taken, [int(number) for number in tree["free"]])


def _pairs(items: Iterable[tuple[Key, int]]) -> list[list[Any]]:
    return [[list(key), number] for key, number in items]


def _unpaired(pairs: Iterable[Any]) -> list[tuple[Key, int]]:
    return [(tuple(map(str, key)), int(number)) for key, number in pairs]

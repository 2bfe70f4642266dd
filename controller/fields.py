"""Reading one JSON object, field by field and by type; wrong ones are named."""

import math
import re
from collections.abc import Callable
from typing import NoReturn, TypeVar

from balancer.errors import ConfigError

T = TypeVar("T")

_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
_MOST_DPID = (1 << 64) - 1


class Fields:
    """The fields of one JSON object, each read once.

    Args:
        value: what the JSON text holds at `place`.
        place: where that is, for messages.

    Every method but the last takes a field's name and raises ConfigError when the
    field is missing or wrong.
    """

    def __init__(self, value: object, place: str) -> None:
        if not isinstance(value, dict):
            raise ConfigError(f"{place}: an object is wanted")
        self._left = dict(value)
        self._place = place

    def records(self, name: str, read: "Callable[[Fields], T]") -> tuple[T, ...]:
        """Return the objects of the list `name`, each read by `read`."""
        found = []
        for index, value in enumerate(self._take(name, list)):
            fields = Fields(value, f"{self._place}: {name}[{index}]")
            found.append(read(fields))
            fields.no_more()
        return tuple(found)

    def text(self, name: str) -> str:
        """Return a text that is not empty."""
        return self._take(name, str) or self._wrong(name, "must not be empty")

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        return self.each(name, str)

    def each(self, name: str, read: Callable[[str], T]) -> tuple[T, ...]:
        """Return a list of texts, each read by `read`, which raises ValueError."""
        values = self._take(name, list)
        if not all(isinstance(value, str) for value in values):
            self._wrong(name, "a list of texts is wanted")
        try:
            return tuple(read(value) for value in values)
        except ValueError as error:
            self._wrong(name, str(error))

    def mac(self, name: str) -> str:
        """Return a MAC address in lower case."""
        value = self.text(name).lower()
        if not _MAC.fullmatch(value):
            self._wrong(name, f"{value!r} is not a MAC address")
        return value

    def dpid(self, name: str) -> int:
        """Return a datapath identifier."""
        value = self._take(name, int)
        if not 0 < value <= _MOST_DPID:
            self._wrong(name, f"{value} is not between 1 and {_MOST_DPID}")
        return value

    def cost_ms(self, name: str) -> float:
        """Return a cost: finite and not negative."""
        if isinstance(self._left.get(name), int):
            return float(self._positive(name, self._take(name, int)))
        return self._positive(name, self._take(name, float))

    def no_more(self) -> None:
        """Raise ConfigError when a field was not read."""
        for name in self._left:
            self._wrong(name, "is not a known field")

    def _positive(self, name: str, value: float) -> float:
        if not 0 <= value < math.inf:
            self._wrong(name, f"{value} is not a cost")
        return value

    def _take(self, name: str, kind: type[T]) -> T:
        if name not in self._left:
            self._wrong(name, "is missing")
        value = self._left.pop(name)
        # To JSON's reader, true is an integer as well.
        if not isinstance(value, kind) or isinstance(value, bool):
            self._wrong(name, f"{value!r} is not of type {kind.__name__}")
        return value

    def _wrong(self, name: str, what: str) -> NoReturn:
        raise ConfigError(f"{self._place}.{name}: {what}")

"""The one place that slices received bytes, always inside their bounds."""

from re import Pattern
from struct import Struct

from ..errors import WireError


class Cursor:
    """A read position in a datagram.

    Args:
        data: the received bytes.
        start: first readable offset.
        end: one past the last readable offset; None for the end of the data.
    """

    __slots__ = ("_data", "_end", "position")

    def __init__(self, data: bytes, start: int = 0, end: int | None = None) -> None:
        self._data = data
        self._end = len(data) if end is None else min(end, len(data))
        self.position = start

    @property
    def remaining(self) -> int:
        """How many octets are left to read."""
        return self._end - self.position

    def take(self, count: int) -> bytes:
        """Return the next `count` octets; WireError when there are fewer."""
        start = self.position
        end = start + count
        if count < 0 or end > self._end:
            raise WireError(f"{count} octets wanted at {start}, {self.remaining} left")
        self.position = end
        return self._data[start:end]

    def unpack(self, layout: Struct) -> tuple[int, ...]:
        """Return the fields of `layout`; WireError when it does not fit."""
        start = self.position
        end = start + layout.size
        if end > self._end:
            self.take(layout.size)  # says what is missing
        self.position = end
        return layout.unpack_from(self._data, start)

    def take_match(self, pattern: Pattern[bytes], most: int) -> bytes:
        """Return what a pattern matches here; WireError when it is nothing.

        Args:
            pattern: takes a time in proportion to the octets that it is given.
            most: how many these are.
        """
        start = self.position
        end = start + most
        found = pattern.match(self._data, start, end if end < self._end else self._end)
        if found is None:
            raise WireError(f"not as it should be, in {most} octets at {start}")
        self.position = found.end()
        return found[0]

    def rest(self) -> bytes:
        """Return everything that is left."""
        return self.take(self.remaining)

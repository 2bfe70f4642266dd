"""The one place that slices received bytes, always inside their bounds."""

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
        if count < 0 or count > self.remaining:
            raise WireError(
                f"{count} octets wanted at {self.position}, {self.remaining} left"
            )
        start = self.position
        self.position = start + count
        return self._data[start : self.position]

    def unpack(self, layout: Struct) -> tuple[int, ...]:
        """Return the fields of `layout`; WireError when it does not fit."""
        return layout.unpack(self.take(layout.size))

    def rest(self) -> bytes:
        """Return everything that is left."""
        return self.take(self.remaining)

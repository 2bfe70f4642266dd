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
        start = self.position
        end = start + layout.size
        if end > self._end:
            self.take(layout.size)  # says what is missing
        self.position = end
        return layout.unpack_from(self._data, start)

    def take_parts(self, largest: int, most: int, link: int = 256) -> bytes:
        """Return parts, each behind its length octet, up to and with an empty one.

        A length octet from `link` on ends them as well, together with the octet behind
        it. One loop without calls: the sender chooses how many parts there are.

        Raises:
            WireError: a part is longer than `largest`, or all are longer than `most`.
        """
        data, position = self._data, self.position
        end = min(self._end, position + most)
        while position < end:
            size = data[position]
            if size > largest:
                if size < link:
                    break
                return self.take(position + 2 - self.position)
            position += 1 + size
            if size == 0:
                start, self.position = self.position, position
                return data[start:position]
        raise WireError(f"no end of parts up to {largest} in {most} octets")

    def rest(self) -> bytes:
        """Return everything that is left."""
        return self.take(self.remaining)

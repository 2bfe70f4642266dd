"""A message under construction, with name compression (RFC 1035, section 4.1.4)."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from .names import ROOT, label_starts

POINTER = 0xC000
MAX_POINTER = 0x3FFF
QUESTION_START = 12  # behind the header
MAX_ASKED_SUFFIXES = 8  # all that records are likely to share with a question


class Known(NamedTuple):
    """Octets that were written before, and where names stand first in them."""

    octets: bytes
    offsets: dict[bytes, int]


class Writer:
    """Octets from the start of a message on, and where names stand in them."""

    __slots__ = ("_offsets", "octets")

    def __init__(self, octets: bytes = b"") -> None:
        self.octets = bytearray(octets)
        self._offsets: dict[bytes, int] = {}

    def put(self, data: bytes) -> None:
        """Append `data` as it is."""
        self.octets += data

    def put_question_name(self, name: bytes) -> None:
        """Append the first name of a message, as it is.

        Only the whole name and its last suffixes are pointed to later: a sender may
        ask for 127 labels, and remembering each would cost more than answering.
        """
        octets, offsets = self.octets, self._offsets
        start = len(octets)
        folded = name.lower()
        starts = label_starts(folded)
        for offset in starts[-1 - MAX_ASKED_SUFFIXES : -1]:
            offsets[folded[offset:]] = start + offset
        if len(starts) > MAX_ASKED_SUFFIXES:
            offsets[folded] = start
        octets += name

    def put_name(self, name: bytes) -> None:
        """Append a name, as a pointer from the first label on that was written before.

        A pointer takes over the case of what it points to: in a response to a query
        with 0x20 case, that is the question's.
        """
        folded = name.lower()
        offsets, octets = self._offsets, self.octets
        start = 0
        while size := name[start]:
            suffix = folded[start:]
            offset = offsets.get(suffix)
            if offset is not None:
                octets += (POINTER | offset).to_bytes(2, "big")
                return
            if len(octets) <= MAX_POINTER:
                offsets[suffix] = len(octets)
            octets += name[start : start + 1 + size]
            start += 1 + size
        octets += ROOT

    def is_question(self, name: bytes) -> bool:
        """Say whether a lower-case name is the question's, and not the root."""
        return self._offsets.get(name) == QUESTION_START

    def place(self, names: tuple[bytes, ...]) -> tuple[int | None, ...]:
        """Return all that decides how something with these names is written here."""
        return (len(self.octets), *map(self._offsets.get, names))

    def known(self, write: Callable[["Writer"], None]) -> Known:
        """Have something appended, and return what it was."""
        before, start = dict(self._offsets), len(self.octets)
        write(self)
        new = {k: v for k, v in self._offsets.items() if k not in before}
        return Known(bytes(self.octets[start:]), new)

    def put_known(self, known: Known) -> None:
        """Append what was written before, at such a place as this."""
        self.octets += known.octets
        self._offsets.update(known.offsets)

    def reserve_length(self) -> int:
        """Append room for a 16-bit length and return where it is."""
        self.octets += b"\0\0"
        return len(self.octets) - 2

    def fill_length(self, place: int) -> None:
        """Write at `place` how many octets have come behind it."""
        length = len(self.octets) - place - 2
        self.octets[place : place + 2] = length.to_bytes(2, "big")


class PlainWriter(Writer):
    """Octets with whole names in lower case, as they are signed (RFC 4034, 6.2)."""

    __slots__ = ()

    def put_name(self, name: bytes) -> None:
        """Append a name as it is, in lower case."""
        self.octets += name.lower()


class _NameWriter(Writer):
    """Takes down all suffixes of the names that it is given."""

    __slots__ = ("names",)

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[bytes, None] = {}

    def put_name(self, name: bytes) -> None:
        folded = name.lower()
        for start in label_starts(folded)[:-1]:
            self.names[folded[start:]] = None


def vocabulary(writes: Iterable[Callable[[Writer], None]]) -> tuple[bytes, ...]:
    """Return the names, and those above them, that these would put into a message."""
    writer = _NameWriter()
    for write in writes:
        write(writer)
    return tuple(writer.names)

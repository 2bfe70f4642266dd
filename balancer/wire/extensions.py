"""IPv6 extension headers (RFC 8200 section 4), walked but never made."""

from dataclasses import dataclass
from enum import IntEnum

from ..errors import WireError
from .cursor import Cursor

MAX_EXTENSIONS = 6  # each kind once is five, and destination options may come twice
_FRAGMENT_OFFSET, _FRAGMENT_MORE = 0xFFF8, 0x0001


class Extension(IntEnum):
    """The headers that may stand before the one of a protocol."""

    HOP_BY_HOP = 0
    ROUTING = 43
    FRAGMENT = 44
    AUTHENTICATION = 51
    DESTINATION = 60


_KINDS = frozenset(map(int, Extension))


@dataclass(frozen=True, slots=True)
class Chain:
    """What follows the headers; `fragment` is as in IPv4: 0x2000 for more, and offset.

    Behind the header of a fragment nothing is walked.
    """

    protocol: int
    fragment: int = 0


def walk(cursor: Cursor, next_header: int) -> Chain:
    """Step over extension headers.

    Raises:
        WireError: cut short, more than `MAX_EXTENSIONS`, or a route that is not at its
            end, so that the destination is not the last one.
    """
    fragment = 0
    for _ in range(MAX_EXTENSIONS):
        if next_header not in _KINDS or fragment:
            break
        kind, next_header = next_header, _octet(cursor)
        fragment = _step(cursor, kind)
    if next_header in _KINDS and not fragment:
        raise WireError(f"more than {MAX_EXTENSIONS} extension headers")
    return Chain(next_header, fragment)


def _octet(cursor: Cursor) -> int:
    return cursor.take(1)[0]


def _step(cursor: Cursor, kind: int) -> int:
    """Step over what follows the first octet; return what is said of a fragment."""
    length = _octet(cursor)
    if kind == Extension.FRAGMENT:
        field = int.from_bytes(cursor.take(2), "big")
        cursor.take(4)
        more = 0x2000 if field & _FRAGMENT_MORE else 0
        return more | (field & _FRAGMENT_OFFSET) >> 3
    units, unit = (
        (length + 2, 4) if kind == Extension.AUTHENTICATION else (length + 1, 8)
    )
    rest = cursor.take(units * unit - 2)
    if kind == Extension.ROUTING and rest[1]:
        raise WireError(f"{rest[1]} more stations on the packet's route")
    return 0

"""Captures of Ethernet frames: pcap and pcapng to records, and records to pcap; no I/O.

Layouts: draft-ietf-opsawg-pcap, sections 4 and 5; draft-ietf-opsawg-pcapng, sections
4.1 to 4.4.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from struct import Struct

from .errors import WireError
from .wire.cursor import Cursor

ETHERNET = 1  # link type
_NS_PER_S = 1_000_000_000
_LARGEST_FRAME = 1 << 18
# magic, major version, minor version, two of zero, snap length, link type
_FILE = "IHHIIII"
# seconds, their fraction, captured length, original length
_RECORD = "IIII"
_MAGIC_US, _MAGIC_NS = 0xA1B2C3D4, 0xA1B23C4D
_UNITS_NS = {_MAGIC_US: 1000, _MAGIC_NS: 1}
# type, total length; and that again behind the body
_BLOCK = "II"
_BYTE_ORDER = 0x1A2B3C4D
_SECTION, _INTERFACE, _SIMPLE, _ENHANCED = 0x0A0D0D0A, 1, 3, 6
_OPTION_RESOLUTION = 9


@dataclass(frozen=True, slots=True)
class Captured:
    """A frame, and when it passed, in ns since 1970."""

    time_ns: int
    frame: bytes


def read_capture(octets: bytes) -> Iterator[Captured]:
    """Yield the frames of a pcap or pcapng file.

    Raises:
        WireError: it is neither, or broken, or of another link than Ethernet.
    """
    magic = octets[:4]
    if int.from_bytes(magic, "little") == _SECTION:
        return _Pcapng(Cursor(octets)).frames()
    for order in "<>":
        number = int.from_bytes(magic, "little" if order == "<" else "big")
        if number in _UNITS_NS:
            return _pcap(Cursor(octets), order, _UNITS_NS[number])
    begins = f"it begins with {magic.hex()}" if magic else "it is empty"
    raise WireError(f"no pcap or pcapng: {begins}")


def write_pcap(frames: Iterable[Captured]) -> Iterator[bytes]:
    """Yield the parts of a pcap file with times in ns."""
    yield Struct(f"<{_FILE}").pack(_MAGIC_NS, 2, 4, 0, 0, _LARGEST_FRAME, ETHERNET)
    record = Struct(f"<{_RECORD}")
    for each in frames:
        size = len(each.frame)
        yield record.pack(*divmod(each.time_ns, _NS_PER_S), size, size) + each.frame


def _pcap(cursor: Cursor, order: str, unit_ns: int) -> Iterator[Captured]:
    *_, link = cursor.unpack(Struct(order + _FILE))
    _refuse_other(link & 0xFFFF)
    record = Struct(order + _RECORD)
    while cursor.remaining:
        seconds, fraction, size, _ = cursor.unpack(record)
        time_ns = seconds * _NS_PER_S + fraction * unit_ns
        yield Captured(time_ns, cursor.take(size))


class _Pcapng:
    """A walk over blocks, with what they say of those behind them."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._order = "<"
        self._units_per_s: list[int] = []  # by interface

    def frames(self) -> Iterator[Captured]:
        while self._cursor.remaining:
            kind, body = self._block()
            if kind == _INTERFACE:
                self._add_interface(body)
            elif kind == _ENHANCED:
                yield self._enhanced(body)
            elif kind == _SIMPLE:
                raise WireError("packets without a time")

    def _block(self) -> tuple[int, Cursor]:
        cursor = self._cursor
        start = cursor.position
        if int.from_bytes(cursor.take(4), "little") == _SECTION:
            # Its type reads the same both ways; which way the rest goes stands inside.
            order = cursor.take(8)[4:]
            self._order = "<" if int.from_bytes(order, "little") == _BYTE_ORDER else ">"
            self._units_per_s.clear()
        cursor.position = start
        kind, size = cursor.unpack(Struct(self._order + _BLOCK))
        if size < 12 or size % 4:
            raise WireError(f"a block of {size} octets")
        body = Cursor(cursor.take(size - 12))
        cursor.take(4)
        return kind, body

    def _add_interface(self, body: Cursor) -> None:
        link, _, _ = body.unpack(Struct(f"{self._order}HHI"))
        _refuse_other(link)
        resolution = dict(self._options(body)).get(_OPTION_RESOLUTION, b"\6")[:1]
        power = int.from_bytes(resolution, "little")
        base = 2 if power & 0x80 else 10
        self._units_per_s.append(base ** (power & 0x7F))

    def _options(self, body: Cursor) -> Iterator[tuple[int, bytes]]:
        while body.remaining:
            code, size = body.unpack(Struct(f"{self._order}HH"))
            yield code, body.take(size)
            body.take(-size % 4)

    def _enhanced(self, body: Cursor) -> Captured:
        fields = body.unpack(Struct(f"{self._order}IIIII"))
        interface, high, low, size, _ = fields
        if interface >= len(self._units_per_s):
            raise WireError(f"a packet of interface {interface}, which is none")
        units = high << 32 | low
        time_ns = units * _NS_PER_S // self._units_per_s[interface]
        return Captured(time_ns, body.take(size))


def _refuse_other(link: int) -> None:
    if link != ETHERNET:
        raise WireError(f"link type {link}, which is not Ethernet's")

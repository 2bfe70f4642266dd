"""A bound on the segment size that a SYN offers: the reference of bpf/clamp.h."""

from ...errors import WireError
from ...wire import l4
from ...wire.checksum import replace_word
from ...wire.cursor import Cursor
from ...wire.l4 import Tcp
from ..packets.packet import IpPacket

MAX_OPTIONS = 12  # looked at; a SYN has six or so, no-operations included
_END, _NOTHING, _MSS = 0, 1, 2  # kinds of TCP's options (RFC 9293 3.1)
_MSS_SIZE = 4
_CHECK_AT = 16


def clamp_mss(frame: bytes, packet: IpPacket, mss: int) -> bytes:
    """Return `frame` with a SYN's maximum segment size of `mss` at most.

    A SYN without that option, or with options that do not hold together, stays as it
    is. The checksum is changed, not made anew: one that was wrong stays wrong.
    """
    place = _find_mss(frame, packet)
    if place is None:
        return frame
    old = int.from_bytes(frame[place : place + 2], "big")
    if old <= mss:
        return frame
    check_at = packet.l4_start + _CHECK_AT
    check = int.from_bytes(frame[check_at : check_at + 2], "big")
    # At an odd place each octet of the value is in the other half of its word.
    swapped = (place - packet.l4_start) % 2 == 1
    check = replace_word(check, _word(old, swapped), _word(mss, swapped))
    changed = bytearray(frame)
    changed[place : place + 2] = mss.to_bytes(2, "big")
    changed[check_at : check_at + 2] = check.to_bytes(2, "big")
    return bytes(changed)


def _find_mss(frame: bytes, packet: IpPacket) -> int | None:
    """Return where in the frame the option's value is."""
    tcp = Tcp.from_wire(Cursor(frame, packet.l4_start, packet.end))
    start = packet.l4_start + l4.TCP_SIZE
    end = packet.l4_start + tcp.data_offset * 4
    if end > packet.end:
        return None
    cursor = Cursor(frame, start, end)
    try:
        return _walk(cursor)
    except WireError:
        return None


def _walk(cursor: Cursor) -> int | None:
    for _ in range(MAX_OPTIONS):
        if cursor.remaining < _MSS_SIZE:
            break
        kind = cursor.take(1)[0]
        if kind == _END:
            break
        if kind == _NOTHING:
            continue
        length = cursor.take(1)[0]
        if (kind, length) == (_MSS, _MSS_SIZE):
            return cursor.position
        cursor.take(length - 2)
    return None


def _word(value: int, swapped: bool) -> int:
    return (value & 0xFF) << 8 | value >> 8 if swapped else value

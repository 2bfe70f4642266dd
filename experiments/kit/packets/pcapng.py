"""Writing captures as pcapng: one interface block a port, named, with directions.

Layouts after draft-ietf-opsawg-pcapng: sections 4.1 (section header), 4.2 (interface
description), 4.3 (enhanced packet); everything little-endian.
"""

from collections.abc import Iterable, Iterator, Sequence
from struct import Struct

from .frame import Frame

# block type, total length
BLOCK = Struct("<II")
# byte-order magic, major version, minor version, section length (-1: not said)
SECTION = Struct("<IHHq")
# link type, reserved, snap length
INTERFACE = Struct("<HHI")
# interface, time (high word), time (low word), captured length, original length
PACKET = Struct("<IIIII")
OPTION = Struct("<HH")
WORD = Struct("<I")

SECTION_HEADER, INTERFACE_DESCRIPTION, ENHANCED_PACKET = 0x0A0D0D0A, 1, 6
BYTE_ORDER_MAGIC = 0x1A2B3C4D
LINKTYPE_ETHERNET = 1
OPTION_END, OPTION_NAME, OPTION_TIME_RESOLUTION, OPTION_APPLICATION = 0, 2, 9, 4
OPTION_FLAGS = 2
NANOSECONDS = bytes([9])
# 4.3.1: the two lowest bits say the direction as the interface sees it.
INBOUND, OUTBOUND = WORD.pack(1), WORD.pack(2)


def pcapng(
    frames: Iterable[Frame], ports: Sequence[str], snap_length: int
) -> Iterator[bytes]:
    """Yield the blocks of a file that holds `frames`, captured at `ports`."""
    yield _section_header()
    for port in ports:
        yield _interface(port, snap_length)
    number = {port: index for index, port in enumerate(ports)}
    for frame in frames:
        yield _packet(frame, number[frame.port])


def _section_header() -> bytes:
    application = _option(OPTION_APPLICATION, b"frontlab")
    body = SECTION.pack(BYTE_ORDER_MAGIC, 1, 0, -1) + application + _option(OPTION_END)
    return _block(SECTION_HEADER, body)


def _interface(port: str, snap_length: int) -> bytes:
    options = (
        _option(OPTION_NAME, port.encode())
        + _option(OPTION_TIME_RESOLUTION, NANOSECONDS)
        + _option(OPTION_END)
    )
    body = INTERFACE.pack(LINKTYPE_ETHERNET, 0, snap_length) + options
    return _block(INTERFACE_DESCRIPTION, body)


def _packet(frame: Frame, interface: int) -> bytes:
    high, low = frame.time_ns >> 32, frame.time_ns & 0xFFFFFFFF
    head = PACKET.pack(interface, high, low, len(frame.data), frame.length)
    # A frame to the host leaves the network's end of the pair, where it was seen.
    flags = _option(OPTION_FLAGS, OUTBOUND if frame.to_host else INBOUND)
    body = head + _padded(frame.data) + flags + _option(OPTION_END)
    return _block(ENHANCED_PACKET, body)


def _block(kind: int, body: bytes) -> bytes:
    length = len(body) + BLOCK.size + WORD.size
    return BLOCK.pack(kind, length) + body + WORD.pack(length)


def _option(code: int, value: bytes = b"") -> bytes:
    return OPTION.pack(code, len(value)) + _padded(value)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)

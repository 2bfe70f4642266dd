"""A writer of small MaxMind databases (format 2.0), for tests of who reads them.

Source: MaxMind DB File Format Specification. Written: records of 24 bits, IPv6 tree
with IPv4 below ::/96, maps, strings, doubles and unsigned integers.
"""

from ipaddress import IPv4Network, IPv6Network, ip_network
from struct import pack

MARKER = b"\xab\xcd\xefMaxMind.com"
SEPARATOR = bytes(16)
EMPTY = -1
STRING, DOUBLE, UINT16, UINT32, MAP = 2, 3, 5, 6, 7
UINT64, ARRAY, EXTENDED = 9, 11, 7


class Uint16(int):
    """An integer that is written as 16 bits."""


class Uint64(int):
    """An integer that is written as 64 bits."""


def write_mmdb(records: dict[str, object]) -> bytes:
    """Return the database of records by prefix; no prefix may be inside another."""
    nodes: list[list[int]] = [[EMPTY, EMPTY]]
    data = b""
    for text, record in records.items():
        # Below the root, what is negative is a record: its offset, from -2 downward.
        _insert(nodes, _bits(ip_network(text)), -2 - len(data))
        data += encode(record)
    tree = b"".join(_side(side, len(nodes)) for node in nodes for side in node)
    metadata = {
        "node_count": len(nodes),
        "record_size": Uint16(24),
        "ip_version": Uint16(6),
        "database_type": "Test",
        "languages": ["en"],
        "binary_format_major_version": Uint16(2),
        "binary_format_minor_version": Uint16(0),
        "build_epoch": Uint64(1),
        "description": {"en": "made by a test"},
    }
    return tree + SEPARATOR + data + MARKER + encode(metadata)


def encode(value: object) -> bytes:
    match value:
        case str():
            return _control(STRING, len(value.encode())) + value.encode()
        case float():
            return _control(DOUBLE, 8) + pack("!d", value)
        case Uint16():
            return _control(UINT16, 2) + pack("!H", value)
        case Uint64():
            return bytes((8, UINT64 - EXTENDED)) + pack("!Q", value)
        case int():
            return _control(UINT32, 4) + pack("!I", value)
        case list():
            head = bytes((len(value), ARRAY - EXTENDED))
            return head + b"".join(map(encode, value))
        case dict():
            pairs = (encode(key) + encode(each) for key, each in value.items())
            return _control(MAP, len(value)) + b"".join(pairs)
    raise TypeError(value)


def _control(kind: int, size: int) -> bytes:
    if size < 29:
        return bytes((kind << 5 | size,))
    return bytes((kind << 5 | 29, size - 29))


def _bits(network: IPv4Network | IPv6Network) -> str:
    width = network.max_prefixlen
    digits = f"{int(network.network_address):0{width}b}"[: network.prefixlen]
    return digits if network.version == 6 else "0" * 96 + digits


def _insert(nodes: list[list[int]], bits: str, record: int) -> None:
    at = 0
    for bit in map(int, bits[:-1]):
        if nodes[at][bit] == EMPTY:
            nodes[at][bit] = len(nodes)
            nodes.append([EMPTY, EMPTY])
        at = nodes[at][bit]
    nodes[at][int(bits[-1])] = record


def _side(side: int, count: int) -> bytes:
    if side == EMPTY:
        value = count
    elif side < EMPTY:
        value = count + len(SEPARATOR) - 2 - side
    else:
        value = side
    return value.to_bytes(3, "big")

"""The Internet checksum (RFC 1071)."""

import struct


def checksum(data: bytes) -> int:
    """Return the ones' complement checksum of `data`; an odd end is padded with 0."""
    padded = data if len(data) % 2 == 0 else data + b"\0"
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def replace_word(check: int, old: int, new: int) -> int:
    """Return a checksum after one of its 16-bit words changed (RFC 1624, eqn 3)."""
    total = (check ^ 0xFFFF) + (old ^ 0xFFFF) + new
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def replace_octets(check: int, old: bytes, new: bytes) -> int:
    """Return a checksum after octets at an even place changed (RFC 1624, eqn 3)."""
    words = f"!{len(old) // 2}H"
    total: int = (check ^ 0xFFFF) + sum(
        word ^ 0xFFFF for word in struct.unpack(words, old)
    )
    total += sum(struct.unpack(words, new))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def pseudo_header6(source: int, destination: int, length: int, protocol: int) -> bytes:
    """Return what an upper-layer checksum covers of IPv6 (RFC 8200 8.1).

    Addresses are numbers; `length` is that of the upper layer's packet, in octets.
    """
    addresses = source.to_bytes(16, "big") + destination.to_bytes(16, "big")
    return addresses + struct.pack("!II", length, protocol)


def pseudo_header4(source: int, destination: int, length: int, protocol: int) -> bytes:
    """Return what a TCP or UDP checksum covers of IPv4 (RFC 9293 3.1).

    Addresses are numbers; `length` is that of the TCP or UDP packet, in octets.
    """
    return struct.pack("!IIHH", source, destination, protocol, length)

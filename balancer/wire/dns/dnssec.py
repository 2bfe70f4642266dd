"""Rdata of the record types that DNSSEC adds (RFC 4034), as octets."""

from functools import lru_cache
from struct import Struct

from .names import MAX_LABEL_OCTETS, MAX_NAME_OCTETS, ROOT, parent

DNSKEY = Struct("!HBB")  # flags, protocol, algorithm; then the public key
DS = Struct("!HBB")  # key tag, algorithm, digest type; then the digest
# Of RRSIG, before the signer's name and the signature:
RRSIG_HEAD = Struct("!HBBI")  # type covered, algorithm, labels, original TTL
RRSIG_TIMES = Struct("!IIH")  # expiration, inception, key tag
ZONE_KEY = 0x0100
SECURE_ENTRY_POINT = 0x0001
PROTOCOL = 3
ECDSA_P256 = 13  # RFC 6605
SHA_256 = 2
TYPES_PER_WINDOW = 256


def key_tag(dnskey: bytes) -> int:
    """Return the number that signatures and digests know a key by (appendix B)."""
    padded = dnskey + b"\0" * (len(dnskey) % 2)
    total = sum(
        int.from_bytes(padded[i : i + 2], "big") for i in range(0, len(padded), 2)
    )
    return total + (total >> 16) & 0xFFFF


@lru_cache(maxsize=256)  # few combinations, which many names have
def type_bitmap(types: frozenset[int]) -> bytes:
    """Return the types that a name has as an NSEC record says them (section 4.1.2)."""
    windows: dict[int, int] = {}
    for type_ in types:
        window, bit = divmod(type_, TYPES_PER_WINDOW)
        mask = 1 << (TYPES_PER_WINDOW - 1 - bit)
        windows[window] = windows.get(window, 0) | mask
    octets = b""
    for window, bits in sorted(windows.items()):
        part = bits.to_bytes(TYPES_PER_WINDOW // 8, "big").rstrip(b"\0")
        octets += bytes((window, len(part))) + part
    return octets


def next_name(name: bytes) -> bytes:
    """Return the first name behind a lower-case name in canonical order (RFC 4471)."""
    if len(name) + 2 <= MAX_NAME_OCTETS:
        return b"\1\0" + name
    return _next_beside(name)


def _next_beside(name: bytes) -> bytes:
    """Return the first name that is behind a name and not below it."""
    if name == ROOT:
        return ROOT  # behind the last name there is the first
    size = name[0]
    label, rest = name[1 : 1 + size], name[1 + size :]
    if size < MAX_LABEL_OCTETS and len(name) + 1 <= MAX_NAME_OCTETS:
        return bytes((size + 1,)) + label + b"\0" + rest
    label = label.rstrip(b"\xff")
    if not label:
        return _next_beside(parent(name))
    # No octet is a capital letter, which would be folded to something greater.
    last = ord("[") if label.endswith(b"@") else label[-1] + 1
    return bytes((len(label),)) + label[:-1] + bytes((last,)) + rest

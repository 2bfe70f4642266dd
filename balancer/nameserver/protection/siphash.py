"""SipHash-2-4 (Aumasson and Bernstein, 2012), as libsodium has it.

PyNaCl's own function makes a new buffer and checks all lengths for each hash, which
takes four times as long as the hash.
"""

from nacl._sodium import ffi, lib

KEY_OCTETS = 16
HASH_OCTETS = 8

_hash = lib.crypto_shorthash_siphash24


class SipHash:
    """Hashes octets under a secret key of `KEY_OCTETS`; for one thread."""

    __slots__ = ("_hash", "_key", "_octets")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_OCTETS:
            raise ValueError(f"a key of {len(key)} octets, not {KEY_OCTETS}")
        self._key = key
        self._hash = ffi.new("unsigned char[]", HASH_OCTETS)
        self._octets = ffi.buffer(self._hash)

    def of(self, data: bytes) -> bytes:
        """Return the hash of `data`, of `HASH_OCTETS`."""
        _hash(self._hash, data, len(data), self._key)
        octets: bytes = self._octets[:]
        return octets

"""Keys of signed zones: ECDSA over P-256 (RFC 6605), one key for zone and its keys."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
)

from ...wire.dns.dnssec import (
    DNSKEY,
    DS,
    ECDSA_P256,
    PROTOCOL,
    SECURE_ENTRY_POINT,
    SHA_256,
    ZONE_KEY,
    key_tag,
)

HALF_OCTETS = 32  # a signature is two numbers of this size, as is a public key
SIGNATURE_OCTETS = 2 * HALF_OCTETS
MAX_SIGNATURES = 16384  # beyond, all are forgotten at once
# The library takes longer to hash than hashlib.
HASHED = Prehashed(hashes.SHA256())
# RFC 6979: the same octets get the same signature, at each server of an address.
REPEATABLE = ECDSA(HASHED, deterministic_signing=True)
# A tenth faster, for names that are made up: hardly anybody asks for one twice.
ONCE = ECDSA(HASHED)


class SigningKey:
    """A private key, and the signatures that it made lately.

    Args:
        private: the key; can be pickled, unlike the library's.
    """

    __slots__ = ("_of_any_names", "_private", "_signatures", "dnskey", "tag")

    def __init__(self, private: EllipticCurvePrivateKey) -> None:
        self._private = private
        self._signatures: dict[bytes, bytes] = {}
        self._of_any_names: dict[bytes, bytes] = {}
        point = private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        flags = ZONE_KEY | SECURE_ENTRY_POINT
        self.dnskey = DNSKEY.pack(flags, PROTOCOL, ECDSA_P256) + point[1:]
        self.tag = key_tag(self.dnskey)

    @classmethod
    def from_pem(cls, text: bytes) -> "SigningKey":
        """Read a key; ValueError when it is none, or of another kind."""
        private = load_pem_private_key(text, password=None)
        if not isinstance(private, EllipticCurvePrivateKey):
            raise ValueError("no private key on an elliptic curve")
        if not isinstance(private.curve, SECP256R1):
            raise ValueError(f"a key on {private.curve.name}, not on P-256")
        return cls(private)

    @classmethod
    def generate(cls) -> "SigningKey":
        """Make a new key."""
        return cls(generate_private_key(SECP256R1()))

    def to_pem(self) -> bytes:
        """Return the private key as a file has it, not encrypted."""
        return self._private.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )

    def digest(self, zone: bytes) -> bytes:
        """Return the rdata of the DS record by which the parent trusts this key."""
        head = DS.pack(self.tag, ECDSA_P256, SHA_256)
        return head + sha256(zone + self.dnskey).digest()

    def sign_once(self, data: bytes) -> bytes:
        """Return the signature of what is not likely to be asked for again."""
        return _as_numbers(self._private.sign(sha256(data).digest(), ONCE))

    def sign(
        self,
        data: bytes,
        begin: Callable[[], None] | None = None,
    ) -> bytes:
        """Return the signature of `data`, which may have been made before.

        Args:
            data: what is signed.
            begin: is called before one is made, and may raise an error; given where
                names may be made up.
        """
        # Names that are made up must not push out the others.
        kept = self._signatures if begin is None else self._of_any_names
        named = sha256(data).digest()
        signature = kept.get(named)
        if signature is None:
            if begin is not None:
                begin()
            way = REPEATABLE if begin is None else ONCE
            signature = _as_numbers(self._private.sign(named, way))
            if len(kept) >= MAX_SIGNATURES:
                kept.clear()
            kept[named] = signature
        return signature

    def __reduce__(self) -> tuple[Any, ...]:
        der = self._private.private_bytes(
            Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
        )
        return _from_der, (der,)


def _from_der(der: bytes) -> SigningKey:
    private = load_der_private_key(der, password=None)
    if not isinstance(private, EllipticCurvePrivateKey):
        raise TypeError(f"a key of type {type(private).__name__}")
    return SigningKey(private)


def _as_numbers(der: bytes) -> bytes:
    """Return both numbers of a signature with their length fixed (RFC 6605, section 4).

    In DER (X.690, 8.3), each is behind its tag and length, without zeros in front but
    for one where it would be negative; by hand, in a fifth of a library's time.
    """
    first = 2 + 2 + der[3]
    r, s = der[4:first][-HALF_OCTETS:], der[first + 2 :][-HALF_OCTETS:]
    return r.rjust(HALF_OCTETS, b"\0") + s.rjust(HALF_OCTETS, b"\0")

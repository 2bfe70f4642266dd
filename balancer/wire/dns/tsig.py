"""Signatures of messages (RFC 8945), for one who knows no keys, and says so."""

from struct import Struct

from ...errors import WireError
from ..cursor import Cursor
from .codes import Class, Type
from .names import read_name

RECORD_HEAD = Struct("!HHIH")  # type, class, TTL, rdata length; behind the owner
# time signed (high and low part), fudge, octets of the signature; behind the algorithm
SIGNED = Struct("!HIHH")
STATE = Struct("!HHH")  # original identifier, error, other octets; behind the signature
BAD_KEY = 17


def unknown_key(owner: bytes, class_: int, rdata: bytes) -> bytes:
    """Return the record that answers one whose key is not known (section 5.2.1).

    Args:
        owner: the key's name, not compressed.
        class_: of the record.
        rdata: of the record.

    Raises:
        WireError: it is no TSIG record.
    """
    cursor = Cursor(rdata)
    algorithm = read_name(cursor)
    high, low, fudge, octets = cursor.unpack(SIGNED)
    cursor.take(octets)
    identifier, _, others = cursor.unpack(STATE)
    cursor.take(others)
    if class_ != Class.ANY or cursor.remaining or read_name(Cursor(owner)) != owner:
        raise WireError("a TSIG record that is none")
    # Nothing that is said about a key is signed (section 5.3.2).
    said = algorithm + SIGNED.pack(high, low, fudge, 0)
    said += STATE.pack(identifier, BAD_KEY, 0)
    return owner + RECORD_HEAD.pack(Type.TSIG, Class.ANY, 0, len(said)) + said

"""Signatures of record sets (RFC 4034, section 3), made when they are asked for."""

from collections.abc import Callable

from ...wire.dns.codes import Class, Type
from ...wire.dns.dnssec import ECDSA_P256, RRSIG
from ...wire.dns.names import label_starts
from ...wire.dns.records import (
    ASKED_NAME_OCTETS,
    RECORD_HEAD,
    STORED_RECORD,
    RecordSet,
    StoredData,
)
from ...wire.dns.writer import PlainWriter
from ..zones.keys import SigningKey
from ..zones.node import stored_set
from ..zones.zone import WILDCARD

# All servers of an address sign with the same times, so that their answers are alike.
PERIOD_S = 86400
BACKDATED_S = 6 * 3600  # for validators whose clocks are behind
VALID_S = 4 * 86400  # at least three days, which is longer than our TTLs


def period(now_s: int) -> int:
    """Return the second at which the signatures of this time begin to be given out."""
    return now_s - now_s % PERIOD_S


def signature(
    records: RecordSet,
    zone: bytes,
    key: SigningKey,
    start_s: int,
    begin: Callable[[], None] | None = None,
) -> RecordSet:
    """Return the RRSIG record of a set.

    Args:
        records: what is signed; a wildcard's answers under the name that was asked, as
            if they stood there, so that nothing has to be denied beside them.
        zone: the signer's name.
        key: of the zone.
        start_s: from when on it is given out, as `period` says.
        begin: is called before a signature is made, and may raise an error.
    """
    owner, type_, ttl_s, _, _ = records
    folded = owner.lower()
    head = signed_head(folded, type_, ttl_s, key.tag, start_s) + zone
    rdata = head + key.sign(head + _canonical(folded, records), True, begin)
    return stored_set(owner, Type.RRSIG, ttl_s, rdata)


def signed_head(owner: bytes, type_: int, ttl_s: int, tag: int, start_s: int) -> bytes:
    """Return the numbers that an RRSIG record begins with, and that are signed, too.

    Args:
        owner: of the signed records, in lower case.
        type_: of the records.
        ttl_s: of the records.
        tag: of the key.
        start_s: from when on it is given out.
    """
    labels = len(label_starts(owner)) - 1 - owner.startswith(WILDCARD)
    ends_s = (start_s + VALID_S) % 2**32
    begins_s = (start_s - BACKDATED_S) % 2**32
    return RRSIG.pack(type_, ECDSA_P256, labels, ttl_s, ends_s, begins_s, tag)


def _canonical(owner: bytes, records: RecordSet) -> bytes:
    """Return the records in the form and order that is signed (section 6)."""
    if isinstance(records.data, StoredData):
        return _canonical_stored(owner, records.data)
    head = owner + RECORD_HEAD.pack(records.type, Class.IN, records.ttl_s)
    octets = []
    for data in records.data:
        writer = PlainWriter()
        data.write(writer)
        octets.append(bytes(writer.octets))
    return b"".join(
        head + len(each).to_bytes(2, "big") + each for each in sorted(octets)
    )


def _canonical_stored(owner: bytes, data: StoredData) -> bytes:
    """Do the same by cutting: but for the owner, records are stored in that form."""
    octets = data.octets
    if data.size == 1:
        return owner + octets[ASKED_NAME_OCTETS:]
    found, start = [], 0
    while start < len(octets):
        end = start + STORED_RECORD.size
        end += octets[end - 2] << 8 | octets[end - 1]
        found.append((octets[start + STORED_RECORD.size : end], start, end))
        start = end
    # In the order of the rdata alone, which its length comes before.
    found.sort()
    return b"".join(owner + octets[s + ASKED_NAME_OCTETS : e] for _, s, e in found)

"""Signatures of record sets (RFC 4034, section 3), made when they are asked for."""

from collections.abc import Callable
from functools import lru_cache

from ...wire.dns.codes import Class, Type
from ...wire.dns.dnssec import ECDSA_P256, RRSIG_HEAD, RRSIG_TIMES
from ...wire.dns.names import WILDCARD, label_starts
from ...wire.dns.records import (
    ASKED_NAME,
    ASKED_NAME_OCTETS,
    RECORD_HEAD,
    STORED_RECORD,
    NameData,
    Rdata,
    Records,
    RecordSet,
    StoredData,
    StoredRun,
)
from ...wire.dns.writer import PlainWriter
from ..zones.keys import SIGNATURE_OCTETS, SigningKey
from ..zones.node import stored_set

RRSIG, IN = Type.RRSIG, Class.IN
# All servers of an address sign with the same times, so that their answers are alike.
PERIOD_S = 86400
BACKDATED_S = 6 * 3600  # for validators whose clocks are behind
# Of a signature under the name that was asked, but for its signer's name.
RRSIG_OCTETS = (
    STORED_RECORD.size + RRSIG_HEAD.size + RRSIG_TIMES.size + SIGNATURE_OCTETS
)
MAX_ORDERS = 1024  # of sets, which are remembered
VALID_S = 4 * 86400  # at least three days, which is longer than our TTLs


def period(now_s: int) -> int:
    """Return the second at which the signatures of this time begin to be given out."""
    return now_s - now_s % PERIOD_S


def with_signature(
    records: RecordSet,
    zone: bytes,
    key: SigningKey,
    start_s: int,
    begin: Callable[[], None] | None = None,
) -> tuple[Records, ...]:
    """Return a set and its RRSIG record.

    Args:
        records: what is signed; a wildcard's answers under the name that was asked, as
            if they stood there, so that nothing has to be denied beside them.
        zone: the signer's name.
        key: of the zone.
        start_s: from when on it is given out, as `period` says.
        begin: is called before a signature is made, and may raise an error.
    """
    owner, type_, ttl_s, data, _ = records
    folded = owner.lower()
    if isinstance(data, StoredData):
        signature = signature_of(folded, records, zone, key, start_s, begin)
        return (StoredRun(owner, data.octets + signature, data.size + 1),)
    head = signed_head(folded, type_, ttl_s, zone, key.tag, start_s)
    rdata = head + key.sign(head + _canonical(folded, records), begin)
    return records, stored_set(owner, RRSIG, ttl_s, rdata)


def signature_of(
    owner: bytes,
    stored: RecordSet,
    zone: bytes,
    key: SigningKey,
    start_s: int,
    begin: Callable[[], None] | None = None,
) -> bytes:
    """Return the RRSIG record of a set that is stored, under the name that was asked.

    Args:
        owner: of the records, in lower case.
        stored: the set.
        zone: the signer's name.
        key: of the zone.
        start_s: from when on it is given out.
        begin: is called before a signature is made, and may raise an error.
    """
    _, type_, ttl_s, data, _ = stored
    if not isinstance(data, StoredData):
        raise TypeError(f"not as stored: {data!r}")
    head, octets = signed_head(owner, type_, ttl_s, zone, key.tag, start_s), data.octets
    if data.size == 1:  # but for its owner, it is stored in the form that is signed
        signature = key.sign(head + owner + octets[ASKED_NAME_OCTETS:], begin)
    else:
        order = data.signed_order or _signed_order(octets)
        signature = key.sign(head + owner + owner.join(order), begin)
    data_octets = len(head) + SIGNATURE_OCTETS
    record_head = STORED_RECORD.pack(ASKED_NAME, RRSIG, IN, ttl_s, data_octets)
    return record_head + head + signature


def signed_head(
    owner: bytes, type_: int, ttl_s: int, zone: bytes, tag: int, start_s: int
) -> bytes:
    """Return what an RRSIG record begins with, and what is signed, too.

    Args:
        owner: of the signed records, in lower case.
        type_: of the records.
        ttl_s: of the records.
        zone: the signer's name.
        tag: of the key.
        start_s: from when on it is given out.
    """
    labels = len(label_starts(owner)) - 1 - owner.startswith(WILDCARD)
    head = RRSIG_HEAD.pack(type_, ECDSA_P256, labels, ttl_s)
    return head + _signer(zone, tag, start_s)


@lru_cache(maxsize=64)  # all sets of a zone have it in common, for a day
def _signer(zone: bytes, tag: int, start_s: int) -> bytes:
    ends_s = (start_s + VALID_S) % 2**32
    begins_s = (start_s - BACKDATED_S) % 2**32
    return RRSIG_TIMES.pack(ends_s, begins_s, tag) + zone


def _canonical(owner: bytes, records: RecordSet) -> bytes:
    """Return the records in the form and order that is signed (section 6)."""
    head = owner + RECORD_HEAD.pack(records.type, Class.IN, records.ttl_s)
    octets = [_written(data) for data in records.data]
    octets.sort()
    return b"".join(head + len(each).to_bytes(2, "big") + each for each in octets)


def _written(data: Rdata) -> bytes:
    if isinstance(data, NameData):  # of a wildcard's alias, for each name anew
        return data.target.lower()
    writer = PlainWriter()
    data.write(writer)
    return bytes(writer.octets)


@lru_cache(maxsize=MAX_ORDERS)
def _signed_order(octets: bytes) -> tuple[bytes, ...]:
    """Return records as they are stored, without their owner, sorted by their rdata."""
    found, start = [], 0
    while start < len(octets):
        end = start + STORED_RECORD.size
        end += octets[end - 2] << 8 | octets[end - 1]
        rdata = octets[start + STORED_RECORD.size : end]
        found.append((rdata, octets[start + ASKED_NAME_OCTETS : end]))
        start = end
    # In the order of the rdata alone, which its length comes before.
    found.sort()
    return tuple(record for _, record in found)

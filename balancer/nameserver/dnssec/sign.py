"""Signatures of record sets (RFC 4034, section 3), made when they are asked for."""

from ...wire.dns.codes import Class, Type
from ...wire.dns.dnssec import ECDSA_P256, RRSIG
from ...wire.dns.names import label_starts
from ...wire.dns.records import RECORD_HEAD, OpaqueData, RecordSet
from ...wire.dns.writer import PlainWriter
from ..zones.zone import WILDCARD
from .keys import SigningKey

# All servers of an address sign with the same times, so that their answers are alike.
PERIOD_S = 86400
BACKDATED_S = 6 * 3600  # for validators whose clocks are behind
VALID_S = 4 * 86400  # at least three days, which is longer than our TTLs


def period(now_s: int) -> int:
    """Return the second at which the signatures of this time begin to be given out."""
    return now_s - now_s % PERIOD_S


def signature(
    records: RecordSet, zone: bytes, key: SigningKey, now_s: int, keep: bool = True
) -> RecordSet:
    """Return the RRSIG record of a set.

    Args:
        records: what is signed; a wildcard's answers under the name that was asked, as
            if they stood there, so that nothing has to be denied beside them.
        zone: the signer's name.
        key: of the zone.
        now_s: seconds since 1970.
        keep: whether it is likely to be asked for again.
    """
    owner = records.owner.lower()
    start_s = period(now_s)
    labels = len(label_starts(owner)) - 1 - owner.startswith(WILDCARD)
    head = RRSIG.pack(
        records.type,
        ECDSA_P256,
        labels,
        records.ttl_s,
        (start_s + VALID_S) % 2**32,
        (start_s - BACKDATED_S) % 2**32,
        key.tag,
    )
    data = head + zone + _canonical(owner, records)
    rdata = OpaqueData(head + zone + key.sign(data, keep))
    return RecordSet(records.owner, Type.RRSIG, records.ttl_s, (rdata,))


def _canonical(owner: bytes, records: RecordSet) -> bytes:
    """Return the records in the form and order that is signed (section 6)."""
    head = owner + RECORD_HEAD.pack(records.type, Class.IN, records.ttl_s)
    octets = []
    for data in records.data:
        writer = PlainWriter()
        data.write(writer)
        octets.append(bytes(writer.octets))
    return b"".join(
        head + len(each).to_bytes(2, "big") + each for each in sorted(octets)
    )

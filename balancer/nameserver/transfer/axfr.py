"""Whole zones as messages in a stream (RFC 5936), made one at a time; pure."""

from collections.abc import Iterator

from ...errors import WireError
from ...wire.dns.codes import Class, Rcode, Type
from ...wire.dns.query import AUTHORITATIVE, HEADER, RESPONSE, Header, Query
from ...wire.dns.records import RecordSet
from ...wire.dns.writer import Writer
from ..content.authority import Authority
from ..zones.node import NOT_STEERED, packed_sets, read_set
from ..zones.zone import Zone
from .serials import is_newer

# Compression reaches back 16 kB; and so much is what one turn of the server costs.
MESSAGE_OCTETS = 16000
TRANSFERS = {Type.AXFR, Type.IXFR}


def transferred_zone(authority: Authority, query: Query, source: str) -> Zone | None:
    """Return the zone that a query asks for whole, if the sender may have it."""
    question = query.question
    is_signed = bool(query.unknown_key)  # by somebody who wants it signed as well
    if is_signed or question.type not in TRANSFERS or question.class_ != Class.IN:
        return None
    zone = authority.zones.by_apex.get(question.name.lower())
    if zone is None or source not in zone.secondaries:
        return None
    return zone


def transfer(authority: Authority, data: bytes, source: str) -> Iterator[bytes] | None:
    """Return the messages that hand on a zone; None: `answer` must judge.

    Args:
        authority: what we are authoritative for.
        data: a message that came by TCP.
        source: the sender's address.
    """
    if not is_transfer(data):
        return None
    try:
        query = Query.from_wire(data)
    except WireError:
        return None
    zone = transferred_zone(authority, query, source)
    if zone is None:
        return None
    known = query.known_serial
    # Who has all of it already, or more, is told so by `answer`.
    if known is not None and not is_newer(zone.serial, known):
        return None
    return _messages(zone, query)


def is_transfer(data: bytes) -> bool:
    """Say quickly whether a message may ask for a transfer."""
    end = data.find(b"\0", 12) + 1
    return int.from_bytes(data[end : end + 2], "big") in TRANSFERS


def _messages(zone: Zone, query: Query) -> Iterator[bytes]:
    writer, count = _start(query), 0
    for records in _sets(zone):
        if len(writer.octets) > MESSAGE_OCTETS:
            yield _finish(writer, query, count)
            writer, count = _start(query), 0
        records.write(writer)
        count += len(records.data)
    yield _finish(writer, query, count)


def _sets(zone: Zone) -> Iterator[RecordSet]:
    """Yield all there is, with the SOA record at both ends."""
    yield zone.soa
    for name, packed in zone.nodes:
        for type_, count, records in packed_sets(packed):
            if type_ != Type.SOA:
                yield read_set(name, type_, count, records)
        for steered in zone.steered.get(name, NOT_STEERED).values():
            yield _unsteered(steered.records)
    yield zone.soa


def _unsteered(records: RecordSet) -> RecordSet:
    """Return what secondaries get, which do not steer: all addresses, or one alias."""
    one = records.type == Type.CNAME
    return records._replace(data=(records.data[0],)) if one else records


def _start(query: Query) -> Writer:
    writer = Writer(bytes(HEADER.size))
    writer.put_question_name(query.question.name)
    writer.put(query.question.to_wire()[len(query.question.name) :])
    return writer


def _finish(writer: Writer, query: Query, count: int) -> bytes:
    flags = RESPONSE | AUTHORITATIVE | Rcode.NOERROR
    header = Header(query.header.identifier, flags, 1, count)
    writer.octets[: HEADER.size] = header.to_wire()
    return bytes(writer.octets)

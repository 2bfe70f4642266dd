"""A zone that is being put together: records come in, mistakes or a `Zone` come out.

It holds packed octets and no objects for each record, so that a million names take
seconds and some hundred megabytes.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from ...wire.dns.block import Block
from ...wire.dns.codes import Type
from ...wire.dns.names import (
    MAX_NAME_OCTETS,
    WILDCARD,
    label_starts,
    name_to_text,
    parent,
)
from ...wire.dns.records import STORED_RECORD, RecordSet, SoaData
from .image import make_image
from .keys import SigningKey
from .node import (
    CUT,
    GLUE,
    MAX_SET_OCTETS,
    PLAIN,
    pack_record,
    pack_set,
    packed_sets,
    read_set,
)
from .steered import Steered
from .zone import Zone, is_within

Complain = Callable[[str, str], None]  # place, what is wrong there
RECORD_TTL = slice(6, 10)  # where a packed record has its TTL
# What only a signer may say, or what no zone can hold.
REFUSED_TYPES = {
    Type.RRSIG: "zones are signed when they are asked; remove the signatures",
    Type.NSEC: "zones are signed when they are asked; remove the signatures",
    Type.NSEC3: "zones are signed when they are asked; remove the signatures",
    Type.NSEC3PARAM: "zones are signed when they are asked; remove the signatures",
    Type.DNAME: "not supported",
}
# RFC 6895, section 3.1: what there is in messages alone.
META_TYPES = {0, Type.OPT, *range(128, 256)}
KEY_TTL_S = 3600
AT_CUTS = {Type.NS, Type.DS, Type.A, Type.AAAA}
GLUE_TYPES = {Type.A, Type.AAAA}


class Draft:
    """Names and their records so far.

    Args:
        apex: the zone's name.
        complain: is told what is wrong, with the place of it.
        key: what the zone is signed with, if it is.
    """

    def __init__(
        self, apex: bytes, complain: Complain, key: SigningKey | None = None
    ) -> None:
        self._apex, self._complain, self._key = apex, complain, key
        self._sets: dict[bytes, bytes] = {apex: b""}
        self._steered: dict[bytes, dict[int, Steered]] = {}
        self._cuts: set[bytes] = set()
        self._has_digests = False

    def steer(self, place: str, owner: bytes, sets: Mapping[int, Steered]) -> None:
        """Add what policies choose at a name; before its records."""
        if self._is_inside(place, owner):
            self._sets.setdefault(owner, b"")
            self._steered.setdefault(owner, {}).update(sets)

    def add(
        self, place: str, owner: bytes, type_: int, ttl_s: int, rdata: bytes
    ) -> None:
        """Add a record; its rdata is in canonical form (RFC 4034, section 6.2)."""
        if not self._may_have(place, owner, type_):
            return
        if type_ == Type.NS and owner != self._apex:
            self._cuts.add(owner)
        self._has_digests |= type_ == Type.DS
        if len(rdata) > MAX_SET_OCTETS:
            what = f"{len(rdata)} octets in one record, not at most {MAX_SET_OCTETS}"
            self._complain(place, f"{name_to_text(owner)!r}: {what}")
            return
        record = pack_record(type_, ttl_s, rdata)
        before = self._sets.get(owner)
        try:
            if not before:
                self._sets[owner] = pack_set(type_, record)
            else:
                self._sets[owner] = self._merged(place, owner, before, record)
        except OverflowError as error:
            self._complain(place, f"{name_to_text(owner)!r}: {error}")
        if owner in self._steered:
            self._check_steered(place, owner, type_)

    def finish(self, place: str) -> Zone | None:
        """Return the zone; None: something is missing, and was complained about."""
        if self._key is not None:
            row = self._apex, Type.DNSKEY, KEY_TTL_S, self._key.dnskey
            self.add(place, *row)
        apex = PLAIN + self._sets[self._apex]
        held = {each[0]: read_set(self._apex, *each) for each in packed_sets(apex)}
        name = name_to_text(self._apex)
        if Type.NS not in held:
            what = f"no name server; add a record of type NS at {name!r}"
            self._complain(place, what)
        if Type.SOA not in held:
            self._complain(place, f"no SOA record; add one at {name!r}")
            return None
        self._add_ancestors()
        self._check_cuts(place)
        for owner, flag in self._flags():
            self._sets[owner] = flag + self._sets[owner]
        return Zone(
            self._apex,
            make_image(self._sets),
            held[Type.SOA],
            _negative(held[Type.SOA]),
            self._steered,
            bool(self._cuts),
            any(name.startswith(WILDCARD) for name in self._sets),
            self._key,
        )

    def _may_have(self, place: str, owner: bytes, type_: int) -> bool:
        """Say whether the zone may have this type of record there."""
        if type_ in REFUSED_TYPES:
            self._complain(place, f"{Type(type_).name}: {REFUSED_TYPES[Type(type_)]}")
        elif type_ in META_TYPES:
            self._complain(place, f"type {type_}: no record of a zone; remove it")
        elif type_ == Type.SOA and owner != self._apex:
            self._complain(place, "an SOA record away from the zone's own name")
        else:
            return self._is_inside(place, owner)
        return False

    def _is_inside(self, place: str, owner: bytes) -> bool:
        if is_within(owner, self._apex):
            return True
        name, zone = name_to_text(owner), name_to_text(self._apex)
        self._complain(place, f"{name!r} is not in zone {zone!r}")
        return False

    def _merged(self, place: str, owner: bytes, before: bytes, record: bytes) -> bytes:
        """Return the sets of a name with one more record."""
        _, type_, _, _, _ = STORED_RECORD.unpack_from(record)
        name = name_to_text(owner)
        sets = {found: (n, r) for found, n, r in packed_sets(PLAIN + before)}
        count, records = sets.get(type_, (0, b""))
        if record in _records(records):  # RFC 2181, section 5: no duplicates
            return before
        if (type_ == Type.CNAME) != (Type.CNAME in sets) or type_ == Type.CNAME:
            what = f"a CNAME cannot share {name!r} with other records"
            self._complain(place, what)
        if count and records[RECORD_TTL] != record[RECORD_TTL]:
            what = f"another TTL than the records of {name!r} before it: give all one"
            self._complain(place, what)
        if type_ == Type.SOA and count:
            self._complain(place, f"a second SOA record of {name!r}")
            return before
        sets[type_] = count + 1, records + record
        return b"".join(pack_set(t, records, n) for t, (n, records) in sets.items())

    def _check_steered(self, place: str, owner: bytes, type_: int) -> None:
        name = name_to_text(owner)
        if Type.CNAME in (type_, *self._steered[owner]):
            self._complain(place, f"a CNAME cannot share {name!r} with other records")
        elif type_ in GLUE_TYPES:
            self._complain(place, f"the service {name!r} has its addresses already")

    def _add_ancestors(self) -> None:
        """Add the names between the others and the apex: they exist as well.

        One without data is an empty non-terminal, and answers NODATA; otherwise
        resolvers that minimise query names would stop at it (RFC 8020, RFC 9156).
        """
        for name in list(self._sets):
            above = name
            while above != self._apex and (above := parent(above)) not in self._sets:
                self._sets[above] = b""

    def _check_cuts(self, place: str) -> None:
        has_cuts = self._cuts or self._has_digests
        for name, sets in self._sets.items() if has_cuts else ():
            here = {type_ for type_, _, _ in packed_sets(PLAIN + sets)}
            if name in self._cuts:
                self._check_at_cut(place, name, here)
            elif Type.DS in here:
                what = (
                    f"{name_to_text(name)!r} has a DS record, and no NS record: add one"
                )
                self._complain(place, what)
            elif (cut := self._cut_over(name)) is not None:
                here |= set(self._steered.get(name, ()))
                if here - GLUE_TYPES or name in self._steered:
                    texts = name_to_text(name), name_to_text(cut)
                    what = "{!r} is delegated away by {!r}: remove one".format(*texts)
                    self._complain(place, what)

    def _check_at_cut(self, place: str, name: bytes, here: set[int]) -> None:
        text = name_to_text(name)
        if here - AT_CUTS or name in self._steered:
            self._complain(place, f"{text!r} is delegated: remove all but NS, DS, glue")
        if name.startswith(WILDCARD):  # RFC 4592, section 4.2
            self._complain(place, f"{text!r} is a wildcard, which cannot be delegated")
        if (cut := self._cut_over(name)) is not None:
            what = f"{text!r} is delegated away by {name_to_text(cut)!r}: remove one"
            self._complain(place, what)

    def _cut_over(self, name: bytes) -> bytes | None:
        """Return the cut above a name."""
        starts = islice(label_starts(name), 1, None)
        return next((name[s:] for s in starts if name[s:] in self._cuts), None)

    def _flags(self) -> Iterator[tuple[bytes, bytes]]:
        for name in list(self._sets):
            flag = PLAIN
            if name in self._cuts:
                flag = CUT
            elif self._cuts and self._cut_over(name) is not None:
                flag = GLUE
            yield name, flag


def _records(records: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(records):
        *_, length = STORED_RECORD.unpack_from(records, position)
        yield records[position : position + STORED_RECORD.size + length]
        position += STORED_RECORD.size + length


def _negative(soa: RecordSet) -> Block:
    [data] = soa.data
    if not isinstance(data, SoaData):
        raise TypeError(f"SOA with {data!r}")
    ttl_s = min(soa.ttl_s, data.minimum_s)  # RFC 2308, section 5
    # It is written in as many ways as the name before it has lengths.
    return Block((RecordSet(soa.owner, Type.SOA, ttl_s, soa.data),), MAX_NAME_OCTETS)

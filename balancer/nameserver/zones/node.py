"""What stands at one name, packed into octets as responses have them.

A node is one octet of flags, then its sets: type, count and length (16 bits each) and
the set's records, whose owner is a pointer to the question. A response to a question
about the name itself can take them as they are.
"""

from collections.abc import Iterator, Mapping
from struct import Struct
from typing import NamedTuple

from ...wire.cursor import Cursor
from ...wire.dns.codes import Class, Type
from ...wire.dns.names import read_name
from ...wire.dns.records import (
    ASKED_NAME,
    SOA_TIMES,
    STORED_RECORD,
    NameData,
    OpaqueData,
    Rdata,
    RecordSet,
    SoaData,
    StoredData,
)
from .steered import Steered

PLAIN = b"\0"
CUT = b"\1"  # a delegation: what is here is the parent's side of it
GLUE = b"\2"  # below a cut: addresses that referrals need, and no data of ours

SET = Struct("!HHH")  # type, count of records, octets of records
# To look one up in its enumeration takes ten times as long.
ANY, IN = Type.ANY, Class.IN
ALIAS = b"\0\5"  # how the set of a CNAME begins
# RFC 4035, section 2.5: a signed alias has these of its own.
BESIDE_ALIASES = {Type.CNAME, Type.RRSIG, Type.NSEC, Type.ANY}
MAX_SET_OCTETS = 0xFFFF
# Rdata of names that responses compress, so that these records depend on the message.
COMPRESSED = {Type.NS, Type.CNAME, Type.SOA}


SteeredSets = Mapping[int, Steered]
NOT_STEERED: SteeredSets = {}


class Node(NamedTuple):
    """A name that exists; without data it is an empty non-terminal.

    A tuple, as each query makes one.

    Args:
        owner: the name; for what a wildcard stands for, the name that was asked.
        packed: the node's octets.
        steered: what policies choose, by type.
        wildcard: whose place the owner takes, or took that of an alias that led here,
            if it is not there itself.
    """

    owner: bytes
    packed: bytes = PLAIN
    steered: SteeredSets = NOT_STEERED
    wildcard: bytes | None = None

    @property
    def is_cut(self) -> bool:
        """Whether the name is delegated away."""
        return self.packed.startswith(CUT)

    def find(self, type_: int) -> RecordSet | Steered | None:
        """Return what is there for a type; for ANY one set (RFC 8482, section 4.1)."""
        if type_ == ANY:
            type_ = next(iter(self.types()), ANY)
        if type_ in self.steered:
            return self.steered[type_]
        found = find_packed(self.packed, type_)
        return None if found is None else read_set(self.owner, type_, *found)

    def is_alias_for(self, type_: int) -> bool:
        """Whether a CNAME answers for this type."""
        is_alias = self.packed.startswith(ALIAS, len(PLAIN))
        return is_alias and type_ not in BESIDE_ALIASES

    def steered_alias_for(self, type_: int) -> Steered | None:
        """Return what chooses a CNAME that answers for this type, if anything does."""
        if type_ in BESIDE_ALIASES:
            return None
        return self.steered.get(Type.CNAME)

    def without(self, type_: int) -> "Node":
        """Return the same as if it had not a type that a policy keeps back."""
        left = {other: it for other, it in self.steered.items() if other != type_}
        return self._replace(steered=left)

    def alias(self) -> RecordSet | None:
        """Return the CNAME that is here, if there is one."""
        found = self.find(Type.CNAME)
        return found if isinstance(found, RecordSet) else None

    def types(self) -> tuple[int, ...]:
        """Return the types that are here."""
        return (*(type_ for type_, _, _ in packed_sets(self.packed)), *self.steered)


def find_packed(packed: bytes, type_: int) -> tuple[int, bytes] | None:
    """Return count and records of a node's set of a type; None: there is none."""
    position, end = len(PLAIN), len(packed)
    while position < end:
        found, count, length = SET.unpack_from(packed, position)
        position += SET.size + length
        if found == type_:
            return count, packed[position - length : position]
    return None


def packed_sets(packed: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield type, count and records of each set of a node."""
    position = len(PLAIN)
    while position < len(packed):
        type_, count, length = SET.unpack_from(packed, position)
        position += SET.size + length
        yield type_, count, packed[position - length : position]


def pack_record(type_: int, ttl_s: int, rdata: bytes) -> bytes:
    """Return a record whose owner is the question's name."""
    head = STORED_RECORD.pack(ASKED_NAME, type_, IN, ttl_s, len(rdata))
    return head + rdata


def stored_set(owner: bytes, type_: int, ttl_s: int, rdata: bytes) -> RecordSet:
    """Return a set of one record, as a response about its owner has it."""
    stored = StoredData(pack_record(type_, ttl_s, rdata), 1)
    return RecordSet(owner, type_, ttl_s, stored)


def pack_set(type_: int, records: bytes, count: int = 1) -> bytes:
    """Return a set of records for a node; OverflowError when it is too long."""
    if len(records) > MAX_SET_OCTETS:
        raise OverflowError(f"{len(records)} octets of records of one type")
    return SET.pack(type_, count, len(records)) + records


def read_set(owner: bytes, type_: int, count: int, records: bytes) -> RecordSet:
    """Return the records of a packed set as records of `owner`."""
    _, _, _, ttl_s, _ = STORED_RECORD.unpack_from(records)
    stored = StoredData(records, count)
    if type_ not in COMPRESSED:
        return tuple.__new__(RecordSet, (owner, type_, ttl_s, stored, IN))
    if count == 1 and type_ != Type.SOA:  # but for its head, the record is a name
        target = NameData(records[STORED_RECORD.size :])
        return tuple.__new__(RecordSet, (owner, type_, ttl_s, (target,), IN))
    data = (_read_names(type_, each) for each in stored)
    return RecordSet(owner, type_, ttl_s, tuple(data))


def _read_names(type_: int, stored: Rdata) -> NameData | SoaData:
    if not isinstance(stored, OpaqueData):
        raise TypeError(f"stored as {stored!r}")
    cursor = Cursor(stored.octets)
    first = read_name(cursor)
    if type_ != Type.SOA:
        return NameData(first)
    return SoaData(first, read_name(cursor), *cursor.unpack(SOA_TIMES))

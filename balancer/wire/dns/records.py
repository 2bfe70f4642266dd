"""Resource records: one small class per rdata format, and sets of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address
from struct import Struct
from typing import NamedTuple, Protocol

from ...model import Address
from ..cursor import Cursor
from .codes import Class, Type
from .writer import Writer

RECORD_HEAD = Struct("!HHI")  # type, class, TTL; between the owner and the length
# Pointer to the question's name, type, class, TTL, rdata length; then the rdata.
STORED_RECORD = Struct("!HHHIH")
ASKED_NAME, ASKED_NAME_OCTETS = 0xC00C, 2
SHORTEST_RECORD_OCTETS = 11  # the root's, without rdata
SOA_TIMES = Struct("!IIIII")  # serial, refresh, retry, expire, minimum


class Records(Protocol):
    """Records as a section of a message has them."""

    @property
    def size(self) -> int:
        """How many there are."""

    @property
    def least_octets(self) -> int:
        """How long they are at least, in any message."""

    def write(self, writer: Writer) -> None:
        """Append all of them."""


class Rdata(Protocol):
    """The type-specific part of a record."""

    def write(self, writer: Writer) -> None:
        """Append the rdata, without its length."""


class RdataRow(Protocol):
    """The rdata of all records of a set."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Rdata]: ...

    def __getitem__(self, index: int, /) -> Rdata: ...


@dataclass(frozen=True, slots=True)
class AddressData:
    """Rdata of A and AAAA (RFC 1035, 3596)."""

    address: Address

    def write(self, writer: Writer) -> None:
        """Append the address."""
        writer.put(self.address.packed)


@dataclass(frozen=True, slots=True)
class OpaqueData:
    """Rdata that responses carry as it is, whatever it says (RFC 3597)."""

    octets: bytes

    def write(self, writer: Writer) -> None:
        """Append the octets."""
        writer.put(self.octets)


@dataclass(frozen=True, slots=True)
class NameData:
    """Rdata of NS and CNAME."""

    target: bytes

    def write(self, writer: Writer) -> None:
        """Append the name, compressed."""
        writer.put_name(self.target)


@dataclass(frozen=True, slots=True)
class TextData:
    """Rdata of TXT: strings of at most 255 octets each."""

    strings: tuple[bytes, ...]

    def write(self, writer: Writer) -> None:
        """Append each string with its length."""
        for string in self.strings:
            writer.put(bytes([len(string)]) + string)


@dataclass(frozen=True, slots=True)
class SoaData:
    """Rdata of SOA: `minimum_s` is the TTL of negative answers (RFC 2308)."""

    primary: bytes
    contact: bytes
    serial: int
    refresh_s: int
    retry_s: int
    expire_s: int
    minimum_s: int

    def write(self, writer: Writer) -> None:
        """Append both names and the five numbers."""
        writer.put_name(self.primary)
        writer.put_name(self.contact)
        times = self.refresh_s, self.retry_s, self.expire_s, self.minimum_s
        writer.put(SOA_TIMES.pack(self.serial, *times))


class StoredData:
    """Rdata of a set as its records stand in a response about their owner.

    Most responses take them as they are; who needs each rdata reads it from them.

    Args:
        octets: whole records, whose owner is a pointer to the question's name.
        size: how many they are.
        signed_order: the records without their owner, sorted by rdata (RFC 4034,
            section 6.3), where that is known already.
    """

    __slots__ = ("octets", "signed_order", "size")

    def __init__(
        self, octets: bytes, size: int, signed_order: tuple[bytes, ...] = ()
    ) -> None:
        self.octets, self.size, self.signed_order = octets, size, signed_order

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[Rdata]:
        cursor = Cursor(self.octets)
        while cursor.remaining:
            *_, length = cursor.unpack(STORED_RECORD)
            yield OpaqueData(cursor.take(length))

    def __getitem__(self, index: int, /) -> Rdata:
        return tuple(self)[index]


class StoredRun:
    """Records of several types as they stand in a response about their owner.

    Args:
        owner: of all of them.
        octets: whole records, whose owner is a pointer to the question's name.
        size: how many they are.
    """

    __slots__ = ("least_octets", "octets", "owner", "size")

    def __init__(self, owner: bytes, octets: bytes, size: int) -> None:
        self.owner, self.octets, self.size = owner, octets, size
        self.least_octets = len(octets) - size  # a root in each pointer's place

    def write(self, writer: Writer) -> None:
        """Append every record."""
        if writer.is_question(self.owner):
            writer.put(self.octets)
            return
        octets, start, end = self.octets, 0, len(self.octets)
        while start < end:
            rdata = start + STORED_RECORD.size
            after = rdata + (octets[rdata - 2] << 8 | octets[rdata - 1])
            writer.put_name(self.owner)
            writer.put(octets[start + ASKED_NAME_OCTETS : after])
            start = after


class RecordSet(NamedTuple):
    """All records of one name and type; they share one TTL (RFC 2181, section 5.2).

    A tuple, as most queries make some.
    """

    owner: bytes
    type: int
    ttl_s: int
    data: RdataRow
    class_: int = Class.IN

    @property
    def size(self) -> int:
        """How many records there are."""
        return len(self.data)

    @property
    def least_octets(self) -> int:
        """How long the records are at least, in any message."""
        data = self.data
        if isinstance(data, StoredData):
            return len(data.octets) - data.size
        return SHORTEST_RECORD_OCTETS * len(self.data)

    def write(self, writer: Writer) -> None:
        """Append every record of the set."""
        owner, type_, ttl_s, row, class_ = self
        if isinstance(row, StoredData) and writer.is_question(owner):
            writer.put(row.octets)
            return
        head = RECORD_HEAD.pack(type_, class_, ttl_s)
        for data in row:
            writer.put_name(owner)
            writer.put(head)
            length = writer.reserve_length()
            data.write(writer)
            writer.fill_length(length)


def address_set(owner: bytes, ttl_s: int, addresses: tuple[Address, ...]) -> RecordSet:
    """Return the A or AAAA set of addresses that are all of one family."""
    is_ipv6 = isinstance(addresses[0], IPv6Address)
    data = tuple(AddressData(address) for address in addresses)
    return RecordSet(owner, Type.AAAA if is_ipv6 else Type.A, ttl_s, data)

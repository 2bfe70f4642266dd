"""Resource records: one small class per rdata format, and sets of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address
from struct import Struct
from typing import Protocol, overload

from ...model import Address
from ..cursor import Cursor
from .codes import Class, Type
from .writer import Writer

RECORD_HEAD = Struct("!HHI")  # type, class, TTL; between the owner and the length
# Pointer to the question's name, type, class, TTL, rdata length; then the rdata.
STORED_RECORD = Struct("!HHHIH")
ASKED_NAME = 0xC00C
SHORTEST_RECORD_OCTETS = 11  # the root's, without rdata
SOA_TIMES = Struct("!IIIII")  # serial, refresh, retry, expire, minimum


class Rdata(Protocol):
    """The type-specific part of a record."""

    def write(self, writer: Writer) -> None:
        """Append the rdata, without its length."""


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


@dataclass(frozen=True, slots=True)
class StoredData(Sequence[Rdata]):
    """Rdata of a set as its records stand in a response about their owner.

    Most responses take them as they are; who needs each rdata reads it from them.

    Args:
        octets: whole records, whose owner is a pointer to the question's name.
        size: how many they are.
    """

    octets: bytes
    size: int

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[Rdata]:
        cursor = Cursor(self.octets)
        while cursor.remaining:
            *_, length = cursor.unpack(STORED_RECORD)
            yield OpaqueData(cursor.take(length))

    @overload
    def __getitem__(self, index: int) -> Rdata: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Rdata]: ...

    def __getitem__(self, index: int | slice) -> Rdata | Sequence[Rdata]:
        return tuple(self)[index]


@dataclass(frozen=True, slots=True)
class RecordSet:
    """All records of one name and type; they share one TTL (RFC 2181, section 5.2)."""

    owner: bytes
    type: int
    ttl_s: int
    data: Sequence[Rdata]
    class_: int = Class.IN

    @property
    def least_octets(self) -> int:
        """How long the records are at least, in any message."""
        if isinstance(self.data, StoredData):
            return len(self.data.octets) - self.data.size
        return SHORTEST_RECORD_OCTETS * len(self.data)

    def write(self, writer: Writer) -> None:
        """Append every record of the set."""
        if isinstance(self.data, StoredData) and writer.is_question(self.owner):
            writer.put(self.data.octets)
            return
        head = RECORD_HEAD.pack(self.type, self.class_, self.ttl_s)
        for data in self.data:
            writer.put_name(self.owner)
            writer.put(head)
            length = writer.reserve_length()
            data.write(writer)
            writer.fill_length(length)


def address_set(owner: bytes, ttl_s: int, addresses: tuple[Address, ...]) -> RecordSet:
    """Return the A or AAAA set of addresses that are all of one family."""
    is_ipv6 = isinstance(addresses[0], IPv6Address)
    data = tuple(AddressData(address) for address in addresses)
    return RecordSet(owner, Type.AAAA if is_ipv6 else Type.A, ttl_s, data)

"""Resource records: one small class per rdata format, and sets of them."""

from dataclasses import dataclass
from ipaddress import IPv6Address
from struct import Struct
from typing import Protocol

from ...model import Address
from .codes import Class, Type
from .writer import Writer

RECORD_HEAD = Struct("!HHI")  # type, class, TTL; between the owner and the length
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
class RecordSet:
    """All records of one name and type; they share one TTL (RFC 2181, section 5.2)."""

    owner: bytes
    type: int
    ttl_s: int
    data: tuple[Rdata, ...]
    class_: int = Class.IN

    def write(self, writer: Writer) -> None:
        """Append every record of the set."""
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

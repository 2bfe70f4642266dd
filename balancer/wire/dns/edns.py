"""EDNS0 (RFC 6891) and its client subnet option, ECS (RFC 7871)."""

from ipaddress import ip_address
from struct import Struct
from typing import NamedTuple

from ...errors import WireError
from .codes import Type

OPT_RECORD = Struct(
    "!BHHBBHH"
)  # root, type, size, extended rcode, version, flags, rdlen
HIGH_RCODE = 5  # where the extended rcode is in an OPT record
OPTION = Struct("!HH")  # code, length
SUBNET = Struct("!HBB")  # family, source prefix length, scope prefix length
DNSSEC_OK = 0x8000
COMPACT_OK = 0x4000  # RFC 9824, section 5.1
MAX_OPTIONS = 16  # nobody sends as many; a thousand cost half a millisecond to read
ADDRESS_BITS = {1: 32, 2: 128}  # by family (IANA address family numbers)
IP_VERSION = {1: 4, 2: 6}


class Option(NamedTuple):
    """An EDNS0 option, not interpreted; a tuple, as a sender chooses how many."""

    code: int
    data: bytes


class Edns(NamedTuple):
    """The OPT record of a message; a tuple, as each query makes one."""

    payload_size: int
    version: int = 0
    dnssec_ok: bool = False
    options: tuple[Option, ...] = ()
    extended_rcode: int = 0
    compact_ok: bool = False

    def to_wire(self) -> bytes:
        """Return the whole record, with the root as its owner."""
        data = b""
        for code, octets in self.options:
            data += pack_option(code, octets)
        flags = DNSSEC_OK * self.dnssec_ok | COMPACT_OK * self.compact_ok
        head = (0, Type.OPT, self.payload_size, self.extended_rcode, self.version)
        return OPT_RECORD.pack(*head, flags, len(data)) + data

    @classmethod
    def from_fields(cls, payload_size: int, ttl: int, data: bytes) -> "Edns":
        """Return the record with this class and TTL field, and this rdata."""
        fields = (
            payload_size,
            ttl >> 16 & 0xFF,
            ttl & DNSSEC_OK > 0,
            _options(data) if data else (),
            ttl >> 24,
            ttl & COMPACT_OK > 0,
        )
        return tuple.__new__(cls, fields)

    @property
    def by_code(self) -> dict[int, bytes]:
        """The data of the first option with each code."""
        return dict(self.options[::-1])


class ClientSubnet(NamedTuple):
    """The client's network; `address` has only the octets that the source needs.

    Family 0 stands for no network at all, and then both lengths are 0. A tuple, as
    most queries make one.
    """

    family: int
    source_prefix_length: int
    scope_prefix_length: int
    address: bytes

    @classmethod
    def from_wire(cls, data: bytes) -> "ClientSubnet":
        """Read the option's data as strictly as RFC 7871, section 6, has it.

        Raises:
            WireError: too short, an unknown family, or bits that do not fit the length.
        """
        if len(data) < SUBNET.size:
            raise WireError(f"client subnet of {len(data)} octets")
        family, source, scope = SUBNET.unpack_from(data)
        address = data[SUBNET.size :]
        bits = ADDRESS_BITS.get(family, 0)
        if family and not bits:
            raise WireError(f"client subnet of unknown family {family}")
        if source > bits or scope > bits:
            raise WireError(f"client subnet with lengths {source}, {scope} of {bits}")
        if len(address) != (source + 7) // 8:
            raise WireError(f"client subnet /{source} in {len(address)} octets")
        spare_bits = -source % 8
        if spare_bits and address[-1] & ((1 << spare_bits) - 1):
            raise WireError("client subnet with bits set behind its length")
        return tuple.__new__(cls, (family, source, scope, address))

    def to_wire(self) -> bytes:
        """Return the option's data, without code and length."""
        family, source, scope, address = self
        return SUBNET.pack(family, source, scope) + address

    @property
    def text(self) -> str:
        """The network as people write it; "" if there is none."""
        if not self.family:
            return ""
        octets = self.address.ljust(ADDRESS_BITS[self.family] // 8, b"\0")
        return f"{ip_address(octets)}/{self.source_prefix_length}"

    @property
    def value(self) -> int:
        """The network's first address as an integer."""
        bits = ADDRESS_BITS[self.family]
        return int.from_bytes(self.address, "big") << (bits - 8 * len(self.address))


def with_high_rcode(opt: bytes, high_rcode: int) -> bytes:
    """Return an OPT record with the upper eight bits of a response code."""
    return opt[:HIGH_RCODE] + high_rcode.to_bytes() + opt[HIGH_RCODE + 1 :]


def pack_option(code: int, data: bytes) -> bytes:
    """Return a whole option."""
    return OPTION.pack(code, len(data)) + data


def _options(data: bytes) -> tuple[Option, ...]:
    options: list[Option] = []
    position, end = 0, len(data)
    while position < end:
        if len(options) == MAX_OPTIONS:
            break  # as if the others were of kinds that we do not know
        start = position + OPTION.size
        if start > end:
            raise WireError("an option cut short")
        code, length = OPTION.unpack_from(data, position)
        position = start + length
        if position > end:
            raise WireError(f"an option of {length} octets, {end - start} left")
        # Three times as fast as a call of the class.
        options.append(tuple.__new__(Option, (code, data[start:position])))
    return tuple(options)

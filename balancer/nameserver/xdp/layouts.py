"""The maps' layouts, beside bpf/maps.h and bpf/options.h: records to bytes and back."""

from ipaddress import ip_address
from struct import Struct

from ...model import Address
from ...wire.checksum import checksum
from ..policies.asker import ADDRESS_BITS
from .table import Answer, Question, Region

# Numbers are as this machine has them; names, types and addresses as on the wire.
OPTIONS = Struct("=6s2s")  # mac, port
HOST = Struct("=16sI")  # address, version
QUESTION_KEY = Struct("=64s2sH")  # name, type, generation
QUESTION = Struct("=IIBB2x")  # first, policy, by_resolver, is_signed
REGION4_KEY = Struct("=II4s")  # prefix length, policy, address
REGION6_KEY = Struct("=II16s")
REGION = Struct("=II")  # answer, scope
ANSWER = Struct("=6s2sHH256s")  # counts, sum, length, about, records
TALLY_KEY = Struct("=HH")  # about, scope
COUNTER = Struct("=Q")
INDEX = Struct("=I")

REGION_KEYS = {4: REGION4_KEY, 6: REGION6_KEY}
GENERATIONS = 1 << 16
POLICY_BITS = 32  # of a region's key, before the address
IPV4_OCTETS = 4


def options_bytes(mac: bytes, port: int) -> bytes:
    """Return `struct options`."""
    return OPTIONS.pack(mac, port.to_bytes(2, "big"))


def host_bytes(address: Address) -> bytes:
    """Return `struct host`."""
    return HOST.pack(address.packed, address.version)


def host_text(host: bytes) -> str:
    """Return the address of a `struct host`, as sockets give it."""
    address, version = HOST.unpack(host)
    return str(ip_address(address[:IPV4_OCTETS] if version == 4 else address))


def question_key_bytes(question: Question, generation: int) -> bytes:
    """Return `struct question_key`."""
    type_ = question.type.to_bytes(2, "big")
    return QUESTION_KEY.pack(question.name, type_, generation)


def region_key_bytes(version: int, policy: int, region: Region) -> bytes:
    """Return `struct region4_key` or `struct region6_key`."""
    address = region.address.to_bytes(ADDRESS_BITS[version] // 8, "big")
    length = POLICY_BITS + region.prefix_length
    return REGION_KEYS[version].pack(length, policy, address)


def region_bytes(region: Region) -> bytes:
    """Return `struct region`."""
    return REGION.pack(region.answer, region.prefix_length)


def answer_bytes(answer: Answer, about: int) -> bytes:
    """Return `struct answer`, which is counted by the number `about`."""
    records = answer.records
    total = (checksum(records) ^ 0xFFFF).to_bytes(2, "big")
    return ANSWER.pack(answer.counts, total, len(records), about, records)

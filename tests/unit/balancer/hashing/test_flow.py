"""The flow hash: known values, and a spread over slots."""

import struct
from ipaddress import ip_address

import pytest

from balancer.hashing.flow import hash_flow
from balancer.model import FiveTuple


def flow(source: str, destination: str, source_port: int = 40000) -> FiveTuple:
    a, b = ip_address(source), ip_address(destination)
    return FiveTuple(a.version, int(a), int(b), 6, source_port, 80)


def murmur3(words: tuple[int, ...]) -> int:
    """MurmurHash3 x86 32 of whole words, seed 0, from its published description."""
    value = 0
    for word in words:
        word = word * 0xCC9E2D51 & 0xFFFFFFFF
        word = (word << 15 | word >> 17) * 0x1B873593 & 0xFFFFFFFF
        value ^= word & 0xFFFFFFFF
        value = (value << 13 | value >> 19) & 0xFFFFFFFF
        value = (value * 5 + 0xE6546B64) & 0xFFFFFFFF
    value ^= 4 * len(words)
    value = (value ^ value >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    value = (value ^ value >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    return value ^ value >> 16


@pytest.mark.parametrize(
    ("five_tuple", "octets"),
    [
        pytest.param(
            flow("11.1.16.10", "23.0.1.80"),
            "0b01100a170001509c40005006040000",
            id="IPv4",
        ),
        pytest.param(
            flow("2a11::1", "2a23::2"),
            "2a110000000000000000000000000001"
            "2a230000000000000000000000000002"
            "9c400050"
            "06060000",
            id="IPv6",
        ),
    ],
)
def test_the_documented_layout_is_hashed(five_tuple: FiveTuple, octets: str) -> None:
    data = bytes.fromhex(octets)
    assert hash_flow(five_tuple) == murmur3(struct.unpack(f"<{len(data) // 4}I", data))


def test_ports_alone_spread_flows() -> None:
    slots = {
        hash_flow(flow("11.1.16.10", "23.0.1.80", port)) % 8 for port in range(200)
    }
    assert slots == set(range(8))

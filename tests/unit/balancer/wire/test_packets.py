"""Each header: known bytes, there and back, and any bytes parse or are a WireError."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.errors import WireError
from balancer.wire.checksum import checksum, pseudo_header4, replace_word
from balancer.wire.cursor import Cursor
from balancer.wire.ethernet import Ethernet, EtherType, mac_octets
from balancer.wire.gre import Gre
from balancer.wire.icmp import Icmp, TooBig
from balancer.wire.ipv4 import Ipv4
from balancer.wire.ipv6 import Ipv6
from balancer.wire.l4 import Tcp, TcpFlag, Udp


class Header(Protocol):
    def to_wire(self) -> bytes: ...


def number(text: str) -> int:
    return int(ip_address(text))


ME, GATEWAY = bytes.fromhex("020001080010"), bytes.fromhex("020001000001")

KNOWN = [
    pytest.param(
        Ethernet(ME, GATEWAY, EtherType.IPV4),
        "020001080010 020001000001 0800",
        id="Ethernet",
    ),
    # The example of a header checksum that is known from many books: 0xb861.
    pytest.param(
        Ipv4(number("192.168.0.1"), number("192.168.0.199"), 17, 0x73),
        "4500 0073 0000 4000 4011 b861 c0a80001 c0a800c7",
        id="IPv4",
    ),
    pytest.param(
        Ipv6(number("2a11::1"), number("2a23::2"), 6, 0x14, 0x2E, 0xABCDE),
        "62eabcde 0014 06 40 2a110000000000000000000000000001"
        "2a230000000000000000000000000002",
        id="IPv6",
    ),
    pytest.param(
        Tcp(40000, 80, TcpFlag.SYN | TcpFlag.ACK, 1, 2, 0x7210, 0xBEEF),
        "9c40 0050 00000001 00000002 50 12 7210 beef 0000",
        id="TCP",
    ),
    pytest.param(Udp(40000, 53, 29, 0xBEEF), "9c40 0035 001d beef", id="UDP"),
    pytest.param(Gre(EtherType.IPV6), "0000 86dd", id="GRE"),
    pytest.param(Gre(EtherType.IPV4, 0x0B01010C), "2000 0800 0b01010c", id="GRE key"),
    pytest.param(Icmp(8, 0, 0xF7F4, 5 << 16 | 6), "0800 f7f4 0005 0006", id="ping"),
]


@pytest.mark.parametrize(("header", "octets"), KNOWN)
def test_known_bytes(header: Header, octets: str) -> None:
    assert header.to_wire() == bytes.fromhex(octets)


octet, word = st.integers(0, 0xFF), st.integers(0, 0xFFFF)
long, six = st.integers(0, 0xFFFFFFFF), st.binary(min_size=6, max_size=6)
wide = st.integers(0, (1 << 128) - 1)
options = st.sampled_from([b"", bytes(4), bytes(40)])
ETHERNET = st.builds(Ethernet, six, six, word)
TCP = st.builds(
    Tcp, word, word, octet, long, long, word, word, data_offset=st.integers(0, 15)
)
UDP = st.builds(Udp, word, word, word, word)


ICMP = st.builds(Icmp, octet, octet, word, long)


@given(st.one_of(ETHERNET, TCP, UDP, ICMP, st.builds(Gre, word, st.none() | long)))
def test_there_and_back(header) -> None:
    assert type(header).from_wire(Cursor(header.to_wire())) == header


@given(
    st.builds(
        lambda rest, **fields: (
            Ipv4(total_length=20 + len(fields["options"]) + rest, **fields),
            rest,
        ),
        st.integers(0, 99),
        source=long,
        destination=long,
        protocol=octet,
        tos=octet,
        ttl=octet,
        identification=word,
        fragment=word,
        options=options,
    )
)
def test_ipv4_there_and_back(header_and_rest: tuple[Ipv4, int]) -> None:
    header, rest = header_and_rest
    assert checksum(header.to_wire()) == 0
    assert Ipv4.from_wire(Cursor(header.to_wire() + bytes(rest))) == header


IPV6 = st.builds(
    Ipv6, wide, wide, octet, st.integers(0, 99), octet, st.integers(0, 0xFFFFF), octet
)


@given(IPV6)
def test_ipv6_there_and_back(header: Ipv6) -> None:
    payload = bytes(header.payload_length)
    assert Ipv6.from_wire(Cursor(header.to_wire() + payload)) == header


@pytest.mark.parametrize("version", [4, 6])
@given(mtu=st.integers(68, 65535), quote=st.binary(max_size=99))
def test_too_big_there_and_back(version: int, mtu: int, quote: bytes) -> None:
    error = TooBig(mtu, quote)
    wire = error.to_wire4() if version == 4 else error.to_wire6(1, 2)
    assert TooBig.from_wire(Cursor(wire), version) == error


@given(IPV6)
def test_a_quote_need_not_be_whole(header: Ipv6) -> None:
    assert Ipv6.from_wire(Cursor(header.to_wire()), quoted=True) == header
    short = Ipv4(1, 2, 6, 999)
    assert Ipv4.from_wire(Cursor(short.to_wire()), quoted=True) == short


PARSERS: list[Callable[[Cursor], object]] = [
    Ethernet.from_wire,
    Ipv4.from_wire,
    Ipv6.from_wire,
    Tcp.from_wire,
    Udp.from_wire,
    Gre.from_wire,
    Icmp.from_wire,
    lambda cursor: TooBig.from_wire(cursor, 4),
    lambda cursor: TooBig.from_wire(cursor, 6),
]


@given(
    st.sampled_from(PARSERS), st.binary(max_size=64), st.sampled_from([0, 0x45, 0x60])
)
def test_any_bytes_parse_or_raise(
    parse: Callable[[Cursor], object], data: bytes, first: int
) -> None:
    for octets in (data, bytes([first]) + data):
        try:
            parse(Cursor(octets))
        except WireError:
            continue


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        # RFC 1071 section 3: the sum ddf2, of which this is the complement.
        pytest.param("0001f203f4f5f6f7", 0x220D, id="RFC 1071"),
        pytest.param("", 0xFFFF, id="nothing"),
        pytest.param("01", 0xFEFF, id="an odd octet is the high one"),
    ],
)
def test_checksum(data: str, expected: int) -> None:
    assert checksum(bytes.fromhex(data)) == expected


@given(st.binary(min_size=4, max_size=40).filter(any), word, st.integers(0, 1))
def test_a_checksum_follows_a_change(data: bytes, new: int, place: int) -> None:
    data += bytes(len(data) % 2)
    old = int.from_bytes(data[2 * place : 2 * place + 2], "big")
    changed = data[: 2 * place] + new.to_bytes(2, "big") + data[2 * place + 2 :]
    followed = replace_word(checksum(data), old, new)
    if any(changed):  # For zeros only, RFC 1624 has no right answer.
        assert followed == checksum(changed)


def test_a_captured_udp_datagram_sums_up() -> None:
    data = Udp(1, 2, 9).to_wire() + b"a"
    pseudo = pseudo_header4(number("11.1.1.1"), number("11.1.1.2"), len(data), 17)
    whole = Udp(1, 2, 9, checksum(pseudo + data)).to_wire() + b"a"
    assert checksum(pseudo + whole) == 0


@pytest.mark.parametrize(
    "text", ["", "02:00:01:00:00", "020001000001", "0g:00:01:00:00:01"]
)
def test_no_hardware_address(text: str) -> None:
    with pytest.raises(WireError, match="no hardware address"):
        mac_octets(text)


def test_hardware_address() -> None:
    assert mac_octets("02:00:01:08:00:1f") == b"\x02\x00\x01\x08\x00\x1f"

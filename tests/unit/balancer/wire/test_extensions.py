"""IPv6 extension headers: what each is worth in octets, and where walking ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.errors import WireError
from balancer.wire.cursor import Cursor
from balancer.wire.extensions import Chain, Extension, walk

TCP = 6
HOP_BY_HOP = "06 00 0104 00000000"


@pytest.mark.parametrize(
    ("first", "octets", "chain"),
    [
        pytest.param(TCP, "", Chain(TCP), id="none"),
        pytest.param(Extension.HOP_BY_HOP, HOP_BY_HOP, Chain(TCP), id="hop by hop"),
        pytest.param(
            Extension.DESTINATION,
            "06 01 010c" + "00" * 12,
            Chain(TCP),
            id="two units of eight",
        ),
        pytest.param(
            Extension.AUTHENTICATION,
            "06 01" + "00" * 10,
            Chain(TCP),
            id="authentication counts in fours",
        ),
        pytest.param(
            Extension.ROUTING, "06 00 04 00 00000000", Chain(TCP), id="route at its end"
        ),
        pytest.param(
            Extension.FRAGMENT, "06 ff 0009 00000001", Chain(TCP, 0x2001), id="fragment"
        ),
        pytest.param(
            Extension.FRAGMENT, "06 00 0000 00000001", Chain(TCP), id="atomic fragment"
        ),
        pytest.param(
            Extension.HOP_BY_HOP,
            "2c 00 0104 00000000 3c 00 0001 00000001",
            Chain(Extension.DESTINATION, 0x2000),
            id="nothing is walked behind a fragment's",
        ),
    ],
)
def test_walk(first: int, octets: str, chain: Chain) -> None:
    cursor = Cursor(bytes.fromhex(octets))
    assert walk(cursor, first) == chain
    assert cursor.remaining == 0


@pytest.mark.parametrize(
    ("first", "octets"),
    [
        pytest.param(Extension.HOP_BY_HOP, "", id="nothing left"),
        pytest.param(Extension.HOP_BY_HOP, HOP_BY_HOP[:-2], id="cut short"),
        pytest.param(Extension.FRAGMENT, "06 00 0000", id="fragment cut short"),
        pytest.param(Extension.ROUTING, "06 00 04 01 00000000", id="route goes on"),
        pytest.param(Extension.DESTINATION, "3c 00 0104 00000000" * 7, id="too many"),
    ],
)
def test_no_walk(first: int, octets: str) -> None:
    with pytest.raises(WireError):
        walk(Cursor(bytes.fromhex(octets)), first)


@given(st.binary(max_size=80), st.sampled_from(list(Extension)))
def test_any_bytes_walk_or_raise(data: bytes, first: int) -> None:
    try:
        walk(Cursor(data), first)
    except WireError:
        return

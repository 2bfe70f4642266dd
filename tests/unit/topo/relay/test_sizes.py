"""How much room a link gets."""

import pytest

from topo.relay.segments import overhead_bytes
from topo.relay.sizes import slot_bytes, slot_count, super_packet_bytes
from topo.world.records import Shape


@pytest.mark.parametrize(
    ("mtu", "expected"),
    [
        pytest.param(1500, 1536, id="Ethernet: 36 bytes beyond the MTU"),
        pytest.param(1280, 1536, id="least IPv6"),
        pytest.param(9000, 9216, id="jumbo"),
    ],
)
def test_slot_bytes(mtu: int, expected: int) -> None:
    assert slot_bytes(mtu) == expected


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        # 1 Gbit/s for 150 ms are 12 500 packets of 1500 bytes.
        pytest.param(Shape(150.0, rate_mbit=1000.0, queue_ms=0.0), 15_625, id="BDP"),
        pytest.param(Shape(150.0), 37_500, id="no rate: 200 kpps"),
        pytest.param(Shape(5.0, rate_mbit=1.0), 2048, id="few, but small ones too"),
    ],
)
def test_slot_count(shape: Shape, expected: int) -> None:
    assert slot_count(shape, 1500) == expected


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        pytest.param([Shape(1.0)], 65_536, id="no rate"),
        pytest.param([Shape(1.0), Shape(1.0, loss=0.01)], None, id="loss one way"),
        pytest.param([Shape(1.0, rate_mbit=200.0)], None, id="slow"),
        pytest.param([Shape(1.0, rate_mbit=300.0)], 37_500, id="1 ms of the rate"),
        pytest.param([Shape(1.0, rate_mbit=10_000.0)], 65_536, id="fast"),
    ],
)
def test_super_packet_bytes(shapes: list[Shape], expected: int | None) -> None:
    assert super_packet_bytes(*shapes) == expected


@pytest.mark.parametrize(
    ("length", "gso_size", "expected"),
    [
        pytest.param(1524, 0, 0, id="one packet"),
        pytest.param(10 + 66 + 1448, 1448, 0, id="one segment"),
        pytest.param(10 + 66 + 3 * 1448, 1448, 2 * 90, id="three segments"),
        pytest.param(10 + 66 + 1449, 1448, 90, id="one byte in the second"),
    ],
)
def test_what_segments_add(length: int, gso_size: int, expected: int) -> None:
    assert overhead_bytes(length, gso_size) == expected

"""Captures: known octets, both formats, any order of octets, and any octets at all."""

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.errors import WireError
from balancer.pcap import Captured, read_capture, write_pcap
from experiments.kit.packets.frame import Frame
from experiments.kit.packets.pcapng import pcapng

NOW_NS = 1_700_000_000_123_456_789
FRAMES = [Captured(NOW_NS, b"\2" * 60), Captured(5, b""), Captured(6, b"x")]
TIMES_NS = st.integers(0, (10**9 << 32) - 1)  # 32 bits of seconds: until 2106


def pcap(order: str, magic: int, link: int = 1) -> bytes:
    head = pack(f"{order}IHHIIII", magic, 2, 4, 0, 0, 65535, link)
    return head + pack(f"{order}IIII", 7, 9, 3, 1500) + b"abc"


@pytest.mark.parametrize(
    ("octets", "time_ns"),
    [
        pytest.param(pcap("<", 0xA1B2C3D4), 7_000_009_000, id="us, little"),
        pytest.param(pcap(">", 0xA1B2C3D4), 7_000_009_000, id="us, big"),
        pytest.param(pcap("<", 0xA1B23C4D), 7_000_000_009, id="ns, little"),
        pytest.param(pcap(">", 0xA1B23C4D), 7_000_000_009, id="ns, big"),
    ],
)
def test_pcap(octets: bytes, time_ns: int) -> None:
    assert list(read_capture(octets)) == [Captured(time_ns, b"abc")]


@given(st.lists(st.builds(Captured, TIMES_NS, st.binary(max_size=80)), max_size=5))
def test_there_and_back(frames: list[Captured]) -> None:
    assert list(read_capture(b"".join(write_pcap(frames)))) == frames


def test_what_a_lab_captured() -> None:
    captured = [
        Frame(it.time_ns, "fra-lb1", True, it.frame, len(it.frame)) for it in FRAMES
    ]
    octets = b"".join(pcapng(captured, ["fra-lb1"], 65535))
    assert list(read_capture(octets)) == FRAMES


def block(order: str, kind: int, body: bytes) -> bytes:
    size = pack(f"{order}I", 12 + len(body))
    return pack(f"{order}I", kind) + size + body + size


def pcapng_of(order: str, resolution: int | None) -> bytes:
    section = block(order, 0x0A0D0D0A, pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1))
    options = b"" if resolution is None else pack(f"{order}HHB3x", 9, 1, resolution)
    interface = block(order, 1, pack(f"{order}HHI", 1, 0, 0) + options)
    packet = block(order, 6, pack(f"{order}IIIII", 0, 0, 1 << 10, 2, 2) + b"ab\0\0")
    return section + block(order, 0xBAD, b"skip") + interface + packet


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("resolution", "time_ns"),
    [(None, 1024_000), (9, 1024), (3, 1024_000_000), (0x8A, 10**9)],
)
def test_pcapng(order: str, resolution: int | None, time_ns: int) -> None:
    octets = pcapng_of(order, resolution)
    assert list(read_capture(octets)) == [Captured(time_ns, b"ab")]


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        pytest.param(b"", "no pcap or pcapng: it is empty", id="nothing"),
        pytest.param(b"GIF89a", "it begins with 47494638", id="another file"),
        pytest.param(pcap("<", 0xA1B2C3D4, link=113), "link type 113", id="cooked"),
        pytest.param(pcap("<", 0xA1B2C3D4)[:-1], "3 octets wanted", id="cut short"),
        pytest.param(pcapng_of("<", None)[:-6], "octets wanted", id="block cut short"),
        pytest.param(
            pcapng_of("<", None)[:28] + block("<", 6, bytes(20)),
            "interface 0",
            id="no interface",
        ),
    ],
)
def test_what_is_refused(octets: bytes, told: str) -> None:
    with pytest.raises(WireError, match=told):
        list(read_capture(octets))


@given(st.sampled_from([b"", pcap("<", 0xA1B23C4D), pcapng_of(">", 9)]), st.data())
def test_any_octets_are_read_or_refused(whole: bytes, data: st.DataObject) -> None:
    kept = whole[: data.draw(st.integers(0, len(whole)))]
    octets = kept + data.draw(st.binary(max_size=40))
    try:
        assert all(isinstance(each, Captured) for each in read_capture(octets))
    except WireError as error:
        assert str(error)

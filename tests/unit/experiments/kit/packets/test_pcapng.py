import io

from hypothesis import given
from hypothesis import strategies as st

from experiments.kit.packets.frame import Frame
from experiments.kit.packets.pcapng import pcapng

PORTS = ["fra-lb1", "fra-home-1"]
frames = st.builds(
    Frame,
    time_ns=st.integers(0, 2**63),
    port=st.sampled_from(PORTS),
    to_host=st.booleans(),
    data=st.binary(min_size=14, max_size=192),
    length=st.integers(192, 1514),
)


def test_known_octets() -> None:
    frame = Frame(0x0102030405060708, "a", True, b"\xaa" * 5, 1500)
    section, interface, packet = pcapng([frame], ["a"], 192)
    assert section[:4] == b"\x0a\x0d\x0d\x0a"
    assert interface[:8] == b"\x01\0\0\0" + len(interface).to_bytes(4, "little")
    assert packet[8:28] == (
        b"\0\0\0\0" + b"\x04\x03\x02\x01" + b"\x08\x07\x06\x05" + b"\x05\0\0\0"
        b"\xdc\x05\0\0"
    )
    assert packet[28:36] == b"\xaa" * 5 + b"\0\0\0"
    assert packet[36:44] == b"\x02\0\x04\0" + b"\x02\0\0\0"  # flags: outbound


@given(st.lists(frames, max_size=8))
def test_scapy_reads_what_was_written(written: list[Frame]) -> None:
    from scapy.utils import RawPcapNgReader

    file = io.BytesIO(b"".join(pcapng(written, PORTS, 192)))
    reader = RawPcapNgReader(file)
    read = list(reader)
    assert [data for data, _ in read] == [frame.data for frame in written]
    for frame, (_, meta) in zip(written, read, strict=True):
        assert meta.wirelen == frame.length
        assert meta.tshigh << 32 | meta.tslow == frame.time_ns
        assert meta.ifname.decode() == frame.port
        assert meta.direction == (2 if frame.to_host else 1)

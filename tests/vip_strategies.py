"""Frames for the data plane: nearly right ones, mutated ones, and garbage."""

from hypothesis import strategies as st

from balancer.wire.ethernet import Ethernet, EtherType
from balancer.wire.ipv4 import DONT_FRAGMENT, Ipv4
from balancer.wire.ipv6 import Ipv6
from balancer.wire.l4 import Tcp, Udp

MINIMUM = 14  # BPF_PROG_TEST_RUN takes no shorter frame


def frames(mac: bytes, addresses: list[tuple[int, int]]) -> st.SearchStrategy[bytes]:
    """Return frames to `mac`, for destinations given as version and integer."""
    whole = st.one_of(
        *(_whole(mac, version, address) for version, address in addresses)
    )
    return st.one_of(whole, _mutated(whole), _garbage(mac))


@st.composite
def _whole(draw: st.DrawFn, mac: bytes, version: int, destination: int) -> bytes:
    protocol = draw(st.sampled_from([6, 6, 6, 17, 17, 1, 58, 47, 44]))
    l4 = draw(_l4(protocol)) + bytes(draw(_lengths()))
    if version == 4:
        ip = draw(_ipv4(destination, protocol, len(l4)))
        ethertype = EtherType.IPV4
    else:
        ip = draw(_ipv6(destination, protocol, len(l4)))
        ethertype = EtherType.IPV6
    padding = bytes(draw(st.sampled_from([0, 0, 0, 1, 18])))
    return Ethernet(mac, bytes(6), ethertype).to_wire() + ip + l4 + padding


def _lengths() -> st.SearchStrategy[int]:
    """Lengths around the limits, most of them short."""
    return st.one_of(st.integers(0, 40), st.integers(1400, 1480))


@st.composite
def _l4(draw: st.DrawFn, protocol: int) -> bytes:
    source = draw(st.integers(0, 3))  # few, so that flows come again
    destination = draw(st.sampled_from([80, 80, 80, 53, 0, 443]))
    if protocol == 17:
        return Udp(source, destination).to_wire()
    return Tcp(source, destination, draw(st.integers(0, 255))).to_wire()


@st.composite
def _ipv4(draw: st.DrawFn, destination: int, protocol: int, length: int) -> bytes:
    options = bytes(draw(st.sampled_from([0, 0, 0, 4, 40])))
    fragment = st.sampled_from([DONT_FRAGMENT, DONT_FRAGMENT, 0, 0x2000, 0x0001])
    return Ipv4(
        source=draw(st.integers(1, 3)),
        destination=destination,
        protocol=protocol,
        total_length=20 + len(options) + length,
        tos=draw(st.integers(0, 255)),
        fragment=draw(fragment),
        options=options,
    ).to_wire()


@st.composite
def _ipv6(draw: st.DrawFn, destination: int, protocol: int, length: int) -> bytes:
    return Ipv6(
        source=draw(st.integers(1, 3)),
        destination=destination,
        next_header=protocol,
        payload_length=length,
        traffic_class=draw(st.integers(0, 255)),
        flow_label=draw(st.integers(0, 0xFFFFF)),
    ).to_wire()


@st.composite
def _mutated(draw: st.DrawFn, whole: st.SearchStrategy[bytes]) -> bytes:
    frame = bytearray(draw(whole))
    for _ in range(draw(st.integers(1, 3))):
        frame[draw(st.integers(0, min(len(frame), 64) - 1))] = draw(st.integers(0, 255))
    return bytes(frame[: draw(st.integers(MINIMUM, len(frame)))])


@st.composite
def _garbage(draw: st.DrawFn, mac: bytes) -> bytes:
    kind = draw(st.sampled_from([0x0800, 0x86DD, 0x0806, 0x8100]))
    header = Ethernet(mac, bytes(6), kind).to_wire()
    return header + draw(st.binary(max_size=120))

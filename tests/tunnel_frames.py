"""Frames inside each encapsulation, mostly as a balancer sends them, as a strategy."""

from hypothesis import strategies as st

from balancer.backend.strip import Rules
from balancer.wire.checksum import checksum, pseudo_header4
from balancer.wire.ethernet import Ethernet, EtherType
from balancer.wire.gre import Gre
from balancer.wire.ipv4 import Ipv4
from balancer.wire.ipv6 import Ipv6
from balancer.wire.l4 import Udp

BACKEND = {4: 0x0B01010A, 6: 0x2A11 << 112 | 0x10}
GRE, IPIP, SIXINFOUR, UDP = 47, 4, 41, 17
GUE_PORT = 9886


def encapsulated(frame: bytes, rules: Rules) -> st.SearchStrategy[bytes]:
    """Return `frame` in any mode, sometimes with an octet of the outer part changed."""
    inner, ethertype = frame[14:], int.from_bytes(frame[12:14], "big")
    sources = {v: [int(b) for b in rules.balancers if b.version == v] for v in (4, 6)}
    source = {version: each[0] for version, each in sources.items()}
    wholes = [
        _over4(source[4], GRE, Gre(ethertype).to_wire() + inner),
        _over4(source[4], GRE, Gre(ethertype, int(min(rules.peers))).to_wire() + inner),
        _over4(source[4], IPIP, inner),
        _over4(source[4], SIXINFOUR, inner),
        _over4(source[4], UDP, _gue(inner)),
        _over4(source[4], UDP, _gue(inner, source[4])),
        _over6(source[6], GRE, Gre(ethertype).to_wire() + inner),
    ]
    packets = [_framed(rules.mac, version, whole) for version, whole in wholes]
    chosen = st.sampled_from(packets)
    return chosen | st.builds(
        _changed, chosen, st.integers(12, 61), st.integers(0, 255)
    )


def _changed(whole: bytes, place: int, octet: int) -> bytes:
    place = min(place, len(whole) - 1)
    return whole[:place] + bytes([octet]) + whole[place + 1 :]


def _framed(mac: bytes, version: int, packet: bytes) -> bytes:
    ethertype = EtherType.IPV4 if version == 4 else EtherType.IPV6
    return Ethernet(mac, bytes(6), ethertype).to_wire() + packet


def _over4(source: int, protocol: int, body: bytes) -> tuple[int, bytes]:
    header = Ipv4(source, BACKEND[4], protocol, 20 + len(body))
    return 4, header.to_wire() + body


def _over6(source: int, protocol: int, body: bytes) -> tuple[int, bytes]:
    return 6, Ipv6(source, BACKEND[6], protocol, len(body)).to_wire() + body


def _gue(inner: bytes, source: int | None = None) -> bytes:
    """Return the UDP segment; with a checksum when it is told where it comes from."""
    length = 8 + len(inner)
    plain = Udp(0xC123, GUE_PORT, length).to_wire() + inner
    if source is None:
        return plain
    check = checksum(pseudo_header4(source, BACKEND[4], length, UDP) + plain) or 0xFFFF
    return Udp(0xC123, GUE_PORT, length, check).to_wire() + inner

"""Frames as a capture would hold them: flows through a balancer, right and wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from balancer.model import Address, Protocol
from balancer.wire.ethernet import Ethernet, EtherType
from balancer.wire.gre import Gre
from balancer.wire.ipv4 import Ipv4
from balancer.wire.ipv6 import Ipv6
from balancer.wire.l4 import Tcp, TcpFlag, Udp
from experiments.kit.packets.frame import Frame
from topo.world.plan import Host

ETHERNET = b"\x02" * 6
SNAP = 192
STEP_NS = 100_000


def ip_packet(source: Address, target: Address, protocol: int, rest: bytes) -> bytes:
    """Return an IP packet of the addresses' family."""
    if source.version == 4:
        header = Ipv4(int(source), int(target), protocol, 20 + len(rest))
        return header.to_wire() + rest
    header6 = Ipv6(int(source), int(target), protocol, len(rest))
    return header6.to_wire() + rest


def ethertype(packet: bytes) -> EtherType:
    return EtherType.IPV4 if packet[0] >> 4 == 4 else EtherType.IPV6


def in_frame(packet: bytes, port: str, to_host: bool, time_ns: int = 0) -> Frame:
    """Return a captured frame that holds `packet`."""
    data = Ethernet(ETHERNET, ETHERNET, ethertype(packet)).to_wire() + packet
    return Frame(time_ns, port, to_host, data[:SNAP], len(data))


def in_gre(packet: bytes, balancer: Host, backend: Host) -> bytes:
    """Return `packet` encapsulated as the balancer does."""
    inner = Gre(ethertype(packet)).to_wire() + packet
    return ip_packet(balancer.address4, backend.address4, 47, inner)


def udp_packet(
    source: Address, target: Address, ports: tuple[int, int], payload: bytes
) -> bytes:
    header = Udp(*ports, length=8 + len(payload)).to_wire()
    return ip_packet(source, target, Protocol.UDP, header + payload)


@dataclass(slots=True)
class FlowScript:
    """One fetch, packet by packet: `requests` out, `replies` of 1448 octets back."""

    client: Host
    balancer: Host
    backend: Host
    vip: Address
    source_port: int = 40000
    requests: int = 4
    replies: int = 3
    rtt_ns: int = 20_000_000
    at_ns: int = 1_000_000_000
    frames: list[Frame] = field(default_factory=list)

    def play(self) -> "FlowScript":
        """Fill `frames` with a faithful flow."""
        for k in range(self.requests):
            self._request(k)
        for k in range(self.replies):
            self._reply(k)
        return self

    @property
    def source(self) -> Address:
        own4 = self.vip.version == 4
        return self.client.address4 if own4 else self.client.address6

    def request(self, k: int) -> bytes:
        flags = TcpFlag.SYN if k == 0 else TcpFlag.ACK
        head = Tcp(self.source_port, 80, flags, sequence=k, check=k + 7).to_wire()
        rest = head + (b"GET / HTTP/1.1\r\n" if k == 2 else b"")
        return ip_packet(self.source, self.vip, Protocol.TCP, rest)

    def reply(self, k: int) -> bytes:
        head = Tcp(80, self.source_port, TcpFlag.ACK, sequence=k, check=k + 900)
        rest = head.to_wire() + (b"x" * 1400 if k else b"")
        return ip_packet(self.vip, self.source, Protocol.TCP, rest)

    def see(self, packet: bytes, host: Host, to_host: bool, late_ns: int) -> None:
        frame = in_frame(packet, host.name, to_host, self.at_ns + late_ns)
        self.frames.append(frame)

    def _request(self, k: int) -> None:
        packet, start = self.request(k), k * STEP_NS
        half = start + self.rtt_ns // 2
        outer = in_gre(packet, self.balancer, self.backend)
        self.see(packet, self.client, False, start)
        self.see(packet, self.balancer, True, half)
        self.see(outer, self.balancer, False, half + 1000)
        self.see(outer, self.backend, True, half + 2000)

    def _reply(self, k: int) -> None:
        packet, start = self.reply(k), k * STEP_NS + self.rtt_ns // 2 + 3000
        self.see(packet, self.backend, False, start)
        self.see(packet, self.client, True, start + self.rtt_ns // 2)


def replaced(frames: list[Frame], index: int, **changes: object) -> list[Frame]:
    """Return `frames` with one of them changed."""
    changed = replace(frames[index], **changes)  # type: ignore[arg-type]
    return [*frames[:index], changed, *frames[index + 1 :]]


def without(frames: list[Frame], port: str, to_host: bool) -> Iterator[Frame]:
    """Yield all frames but those seen there."""
    for frame in frames:
        if (frame.port, frame.to_host) != (port, to_host):
            yield frame

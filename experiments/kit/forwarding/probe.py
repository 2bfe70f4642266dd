"""SYNs of every length, to learn the largest that a balancer sends on. No I/O."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from balancer.errors import WireError
from balancer.model import Address, Protocol
from balancer.wire.checksum import checksum, pseudo_header4, pseudo_header6
from balancer.wire.cursor import Cursor
from balancer.wire.ethernet import Ethernet, EtherType, mac_octets
from balancer.wire.icmp import PROTOCOL, TooBig
from balancer.wire.ipv4 import SIZE as IPV4_SIZE
from balancer.wire.ipv4 import Ipv4
from balancer.wire.ipv6 import SIZE as IPV6_SIZE
from balancer.wire.ipv6 import Ipv6
from balancer.wire.l4 import TCP_SIZE, Tcp, TcpFlag

from ..packets.peeled import Packet
from .likeness import tcp_of

SIZES = range(1440, 1501)  # octets of IP; a link carries 1500
FIRST_PORT = 61_000  # each size has a port of its own


@dataclass(frozen=True, slots=True)
class Ends:
    """From a client to a VIP, by hardware addresses to the router."""

    client: Address
    vip: Address
    port: int
    client_mac: str
    router_mac: str


@dataclass(frozen=True, slots=True)
class Passed:
    """What became of probes.

    Args:
        largest: octets of the largest that was sent on, 0 for none.
        refused: how many were answered as too big.
        told: the least and the largest MTU that answers told; 0 without any.
        lost: how many were neither sent on nor refused.
    """

    largest: int
    refused: int
    told: tuple[int, int]
    lost: int


def probes(ends: Ends) -> Iterator[bytes]:
    """Yield a frame for each size."""
    for number, size in enumerate(SIZES):
        yield _frame(ends, FIRST_PORT + number, size)


def judged(
    at_balancer: Iterable[Packet], at_client: Iterable[Packet], vip: Address
) -> Passed:
    """Return what became of probes, by what the balancer sent and the client got."""
    sent_on = {it.length for it in at_balancer if _is_sent_on(it)}
    told = [mtu for it in at_client if (mtu := told_mtu(it, vip))]
    return Passed(
        largest=max(sent_on, default=0),
        refused=len(told),
        told=(min(told, default=0), max(told, default=0)),
        lost=len(SIZES) - len(sent_on) - len(told),
    )


def told_mtu(packet: Packet, vip: Address) -> int:
    """Return the MTU that a packet of a VIP tells as too small, 0 when it is none."""
    protocol, version = PROTOCOL[packet.version], packet.version
    if packet.protocol != protocol or packet.source != vip:
        return 0
    try:
        return TooBig.from_wire(Cursor(packet.payload), version).mtu
    except WireError:
        return 0


def _is_sent_on(packet: Packet) -> bool:
    if packet.frame.to_host or packet.protocol != Protocol.TCP:
        return False
    return packet.length in SIZES and tcp_of(packet).flags == TcpFlag.SYN


def _frame(ends: Ends, source_port: int, size: int) -> bytes:
    four = ends.vip.version == 4
    kind = EtherType.IPV4 if four else EtherType.IPV6
    payload = bytes(size - (IPV4_SIZE if four else IPV6_SIZE) - TCP_SIZE)
    segment = _segment(ends, source_port, payload)
    between = int(ends.client), int(ends.vip)
    if four:
        ip = Ipv4(*between, Protocol.TCP, size).to_wire()
    else:
        ip = Ipv6(*between, Protocol.TCP, len(segment)).to_wire()
    macs = mac_octets(ends.router_mac), mac_octets(ends.client_mac)
    ethernet = Ethernet(*macs, kind)
    return ethernet.to_wire() + ip + segment


def _segment(ends: Ends, source_port: int, payload: bytes) -> bytes:
    """Return a SYN; its checksum is right, as conntrack passes no other one."""
    length = TCP_SIZE + len(payload)
    pseudo = pseudo_header4 if ends.vip.version == 4 else pseudo_header6
    covered = pseudo(int(ends.client), int(ends.vip), length, Protocol.TCP)
    blank = Tcp(source_port, ends.port, TcpFlag.SYN, window=1024).to_wire()
    check = checksum(covered + blank + payload)
    tcp = Tcp(source_port, ends.port, TcpFlag.SYN, window=1024, check=check)
    return tcp.to_wire() + payload

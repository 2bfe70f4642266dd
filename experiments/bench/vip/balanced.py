"""The tables and packets of the VIP layer's benchmarks."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

from balancer.model import (
    Backend,
    FiveTuple,
    Forwarding,
    Handling,
    Pool,
    Protocol,
    Tracking,
    Vip,
)
from balancer.vip.pools.build import build_tables
from balancer.vip.tables.options import Limits, Options
from balancer.vip.tables.tables import Tables
from balancer.wire import ipv4
from balancer.wire.checksum import checksum, pseudo_header4
from balancer.wire.ethernet import Ethernet, EtherType
from balancer.wire.ipv4 import Ipv4
from balancer.wire.l4 import TCP_SIZE, Tcp, TcpFlag

MAC, GATEWAY_MAC = bytes.fromhex("020001080010"), bytes.fromhex("020001000001")
CLIENT = IPv4Address("11.1.16.10")
SOURCE, SOURCE6 = IPv4Address("11.1.8.10"), IPv6Address("2a11:0:1:800::10")
BACKENDS = 8
POOL, PORT, CLIENT_PORT = "www", 80, 32768
LIMITS = Limits()
_FIRST_VIP = IPv4Address("23.0.1.80")
_FIRST_BACKEND = IPv4Address("11.1.1.1")
_FIRST_BACKEND6 = IPv6Address("2a11:0:1:100::1")


def pool(backends: int = BACKENDS) -> Pool:
    """Return a pool of so many backends."""
    members = (
        Backend(f"be{n}", address, 1, _FIRST_BACKEND6 + n, bytes((2, 0, 1, 1, 0, n)))
        for n, address in enumerate(addresses(backends))
    )
    return Pool(POOL, tuple(members))


def addresses(backends: int = BACKENDS) -> tuple[IPv4Address, ...]:
    """Return the addresses of a pool's backends."""
    return tuple(_FIRST_BACKEND + n for n in range(backends))


def tables(
    limits: Limits = LIMITS,
    backends: int = BACKENDS,
    mode: Forwarding = Forwarding.GRE,
) -> Tables:
    """Return tables with one pool, and a VIP for each policy of tracking."""
    options = Options(SOURCE, 1500, MAC, GATEWAY_MAC, limits)
    options = replace(options, forwardings=frozenset({mode}), source6=SOURCE6)
    handlings = (Handling(each, forwarding=mode) for each in Tracking)
    vips = (
        Vip(how.tracking.name, vip(how.tracking), PORT, Protocol.TCP, POOL, how)
        for how in handlings
    )
    return build_tables(options, (pool(backends),), tuple(vips))


def vip(tracking: Tracking) -> IPv4Address:
    """Return the address of the VIP with this policy."""
    return _FIRST_VIP + int(tracking)


def segment(
    tracking: Tracking = Tracking.ESTABLISHED,
    client: IPv4Address = CLIENT,
    flags: TcpFlag = TcpFlag.ACK,
) -> bytes:
    """Return a TCP segment without payload to the VIP with this policy."""
    ends = int(client), int(vip(tracking))
    return _segment(ends, (CLIENT_PORT, PORT), flags)


def segment_of(flow: FiveTuple) -> bytes:
    """Return a TCP segment of a flow in IPv4 to us."""
    ports = flow.source_port, flow.destination_port
    return _segment((flow.source, flow.destination), ports, TcpFlag.ACK)


def _segment(ends: tuple[int, int], ports: tuple[int, int], flags: TcpFlag) -> bytes:
    tcp = Tcp(*ports, flags, window=0xFFFF)
    pseudo = pseudo_header4(*ends, TCP_SIZE, Protocol.TCP)
    tcp = replace(tcp, check=checksum(pseudo + tcp.to_wire()))
    ip = Ipv4(*ends, Protocol.TCP, ipv4.SIZE + TCP_SIZE).to_wire()
    ethernet = Ethernet(MAC, GATEWAY_MAC, EtherType.IPV4).to_wire()
    return ethernet + ip + tcp.to_wire()

"""Packets of flows that nobody opened, to fill flow tables with.

Their checksum is wrong: balancers do not look at it, backends drop them unanswered.
Each packet goes twice. The kernel's LRU spares entries that were used again for as long
as there are more of those that were not: a flood of single packets only drowns itself.
"""

import random
import socket
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network

from balancer.wire.ipv4 import SIZE, Ipv4
from balancer.wire.l4 import TCP_SIZE, Tcp, TcpFlag

from ..clients.sockets import Hosts

# RFC 5737: addresses that are nobody's, so that no answer would find a way.
SOURCES = IPv4Network("198.51.100.0/24")


def packets(
    vips: Sequence[tuple[IPv4Address, int]], count: int, source: random.Random
) -> Iterator[tuple[IPv4Address, bytes]]:
    """Yield packets of `count` flows for VIPs in turn, half of them SYNs."""
    for number in range(count):
        address, port = vips[number % len(vips)]
        flags = TcpFlag.SYN if number // len(vips) % 2 else TcpFlag.ACK
        sender = int(SOURCES[source.randrange(SOURCES.num_addresses)])
        ip = Ipv4(sender, int(address), socket.IPPROTO_TCP, SIZE + TCP_SIZE)
        tcp = Tcp(source.randrange(1024, 65536), port, flags, check=0xFFFF)
        packet = ip.to_wire() + tcp.to_wire()
        yield from ((address, packet), (address, packet))


def send(hosts: Hosts, host: str, flood: Iterator[tuple[IPv4Address, bytes]]) -> None:
    """Send packets from `host`, whatever their source address says."""
    with hosts.inside(host):
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    with raw:
        for address, packet in flood:
            raw.sendto(packet, (str(address), 0))

"""Packets of flows that nobody opened."""

import random
from ipaddress import IPv4Address

from balancer.wire.checksum import checksum, pseudo_header4
from balancer.wire.cursor import Cursor
from balancer.wire.ipv4 import SIZE, Ipv4
from balancer.wire.l4 import TCP_SIZE, Tcp, TcpFlag
from experiments.kit.survival.flood import SOURCES, packets

VIPS = [(IPv4Address("23.0.1.80"), 80), (IPv4Address("23.0.1.81"), 81)]


def test_each_goes_twice_from_nobody_with_a_wrong_checksum() -> None:
    sent = list(packets(VIPS, 40, random.Random(1)))
    assert sent[::2] == sent[1::2]
    kinds = []
    for address, packet in sent[::2]:
        cursor = Cursor(packet)
        ip, tcp = Ipv4.from_wire(cursor), Tcp.from_wire(cursor)
        assert (IPv4Address(ip.destination), tcp.destination_port) in VIPS
        assert address == IPv4Address(ip.destination)
        assert IPv4Address(ip.source) in SOURCES
        covered = pseudo_header4(ip.source, ip.destination, TCP_SIZE, 6) + packet[SIZE:]
        assert checksum(covered)
        kinds.append((tcp.destination_port, tcp.flags))
    for port in (80, 81):
        assert (
            kinds.count((port, TcpFlag.SYN)) == kinds.count((port, TcpFlag.ACK)) == 10
        )

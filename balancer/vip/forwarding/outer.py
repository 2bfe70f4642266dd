"""Outer headers, as far as modes of forwarding share them: see bpf/encap.h."""

from ...wire.ethernet import Ethernet
from ...wire.ipv4 import Ipv4
from ..packets.packet import IpPacket
from ..tables.options import Options
from ..tables.tables import BackendEntry


def to_gateway(options: Options, ethertype: int) -> bytes:
    """Return the Ethernet header of everything that is sent by way of the gateway."""
    return Ethernet(options.gateway_mac, options.mac, ethertype).to_wire()


def ipv4_around(
    packet: IpPacket, options: Options, backend: BackendEntry, protocol: int, size: int
) -> bytes:
    """Return the outer IPv4 header of a packet, `size` octets in front of it in all.

    It copies TOS or traffic class, ECN too (RFC 6040 4.1, normal mode), forbids
    fragmentation, and has a TTL of its own: the VIP is where the packet was sent to,
    so the way on to a backend is no hop that the sender could count.
    """
    header = Ipv4(
        source=int(options.source),
        destination=int(backend.address),
        protocol=protocol,
        total_length=size + packet.length,
        tos=packet.tos,
    )
    return header.to_wire()

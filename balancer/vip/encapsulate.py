"""GRE over IPv4 around a packet: the reference of bpf/encap.h."""

from ..model import Address
from ..wire import ethernet, gre, ipv4
from ..wire.ethernet import Ethernet, EtherType
from ..wire.gre import Gre
from ..wire.ipv4 import Ipv4
from .packet import IpPacket
from .tables import Options

OVERHEAD = ipv4.SIZE + gre.SIZE
MIN_MTU = 1280 + OVERHEAD  # IPv6 has no smaller packets that are too big (RFC 8200 5)
_GRE_PROTOCOL = 47


def encapsulate(
    frame: bytes, packet: IpPacket, options: Options, backend: Address
) -> bytes:
    """Return `frame` with its packet inside GRE, to `backend` by way of the gateway.

    The inner packet, and what pads its frame, stay as they are. The outer header
    copies TOS or traffic class, ECN too (RFC 6040 4.1, normal mode), forbids
    fragmentation, and has a TTL of its own: the VIP is where the packet was sent to,
    so the way on to a backend is no hop that the sender could count.
    """
    outer = Ipv4(
        source=int(options.source),
        destination=int(backend),
        protocol=_GRE_PROTOCOL,
        total_length=OVERHEAD + packet.length,
        tos=packet.tos,
    )
    inner = Gre(packet.ethertype).to_wire() + frame[ethernet.SIZE :]
    return to_gateway(options, EtherType.IPV4) + outer.to_wire() + inner


def to_gateway(options: Options, ethertype: EtherType) -> bytes:
    """Return the Ethernet header of everything that is sent."""
    return Ethernet(options.gateway_mac, options.mac, ethertype).to_wire()

"""The frames that the balancer sends: the reference of bpf/encap.h and bpf/toobig.h."""

from ..model import Address
from ..wire import ethernet, gre, icmp, ipv4, ipv6
from ..wire.ethernet import Ethernet, EtherType
from ..wire.gre import Gre
from ..wire.icmp import TooBig
from ..wire.ipv4 import Ipv4
from ..wire.ipv6 import Ipv6
from .packet import IpPacket
from .tables import Options

OVERHEAD = ipv4.SIZE + gre.SIZE
_GRE_PROTOCOL = 47
# RFC 1812 4.3.2.3 and RFC 4443 2.4 (c): how long an ICMP error may be, in all.
_ANSWER_SIZE4, _ANSWER_SIZE6 = 576, 1280


def encapsulate(
    frame: bytes, packet: IpPacket, options: Options, backend: Address
) -> bytes:
    """Return `frame` with its packet inside GRE, to `backend` by way of the gateway.

    The inner packet, and what pads its frame, stay as they are. The outer header
    copies TOS or traffic class, and forbids fragmentation.
    """
    outer = Ipv4(
        source=int(options.source),
        destination=int(backend),
        protocol=_GRE_PROTOCOL,
        total_length=OVERHEAD + packet.length,
        tos=packet.tos,
    )
    inner = Gre(packet.ethertype).to_wire() + frame[ethernet.SIZE :]
    return _to_gateway(options, EtherType.IPV4) + outer.to_wire() + inner


def too_big(frame: bytes, packet: IpPacket, options: Options) -> bytes:
    """Return the ICMP error that tells the sender the largest size, from the VIP."""
    ethertype = packet.ethertype
    ip = _too_big4 if ethertype == EtherType.IPV4 else _too_big6
    answer = ip(frame[ethernet.SIZE : packet.end], packet, options.mtu - OVERHEAD)
    return _to_gateway(options, ethertype) + answer


def _too_big4(inner: bytes, packet: IpPacket, mtu: int) -> bytes:
    error = TooBig(mtu, inner[: _ANSWER_SIZE4 - ipv4.SIZE - icmp.SIZE]).to_wire4()
    header = Ipv4(
        source=packet.destination,
        destination=packet.source,
        protocol=icmp.PROTOCOL4,
        total_length=ipv4.SIZE + len(error),
    )
    return header.to_wire() + error


def _too_big6(inner: bytes, packet: IpPacket, mtu: int) -> bytes:
    error = TooBig(mtu, inner[: _ANSWER_SIZE6 - ipv6.SIZE - icmp.SIZE])
    message = error.to_wire6(packet.destination, packet.source)
    header = Ipv6(
        source=packet.destination,
        destination=packet.source,
        next_header=icmp.PROTOCOL6,
        payload_length=len(message),
    )
    return header.to_wire() + message


def _to_gateway(options: Options, ethertype: EtherType) -> bytes:
    return Ethernet(options.gateway_mac, options.mac, ethertype).to_wire()

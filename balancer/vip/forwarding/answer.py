"""What the balancer answers itself: the reference of bpf/ping.h and bpf/toobig.h."""

from ...wire import ethernet, icmp, ipv4, ipv6
from ...wire.checksum import replace_word
from ...wire.ethernet import EtherType
from ...wire.icmp import Icmp, TooBig
from ...wire.ipv4 import Ipv4
from ...wire.ipv6 import Ipv6
from ..packets.packet import IpPacket
from ..tables.options import Options
from .outer import to_gateway

# RFC 1812 4.3.2.3 and RFC 4443 2.4 (c): how long an ICMP error may be, in all.
_ANSWER_SIZE4, _ANSWER_SIZE6 = 576, 1280
_HOPS = 64
_TTL_AT4, _TTL_AT6 = 8, 7
_CHECK_AT4 = 10


def pong(frame: bytes, packet: IpPacket, ping: Icmp, options: Options) -> bytes:
    """Return the answer to an echo request without options or extension headers.

    Checksums are changed, not made anew: one that was wrong stays wrong.
    """
    ip = bytearray(frame[ethernet.SIZE : packet.l4_start])
    size = 4 if packet.version == 4 else 16
    ip[-2 * size :] = ip[-size:] + ip[-2 * size : -size]
    if packet.version == 4:
        _set_hops4(ip)
    else:
        ip[_TTL_AT6] = _HOPS
    reply = icmp.ECHO_REPLY[packet.version]
    check = replace_word(ping.check, ping.kind << 8, reply << 8)
    if packet.version == 4 and not check:
        check = 0xFFFF  # which is 0 too, and right also for a message of zeros only
    message = Icmp(reply, ping.code, check, ping.rest).to_wire()
    rest = frame[packet.l4_start + icmp.SIZE :]
    return to_gateway(options, packet.ethertype) + ip + message + rest


def too_big(frame: bytes, packet: IpPacket, options: Options, mtu: int) -> bytes:
    """Return the ICMP error that tells the sender the largest size, from the VIP.

    `mtu` is that of the packet itself, in octets: without what would be put before it.
    """
    ethertype = packet.ethertype
    ip = _too_big4 if ethertype == EtherType.IPV4 else _too_big6
    answer = ip(frame[ethernet.SIZE : packet.end], packet, mtu)
    return to_gateway(options, ethertype) + answer


def _set_hops4(ip: bytearray) -> None:
    word = int.from_bytes(ip[_TTL_AT4 : _TTL_AT4 + 2], "big")
    check = int.from_bytes(ip[_CHECK_AT4 : _CHECK_AT4 + 2], "big")
    check = replace_word(check, word, _HOPS << 8 | word & 0xFF)
    ip[_TTL_AT4] = _HOPS
    ip[_CHECK_AT4 : _CHECK_AT4 + 2] = check.to_bytes(2, "big")


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

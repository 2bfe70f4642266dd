"""Frames that carry DNS messages in UDP, whole and right in every checksum."""

from dataclasses import dataclass, replace

from balancer.model import Address
from balancer.wire.checksum import checksum, pseudo_header4, pseudo_header6
from balancer.wire.ethernet import Ethernet, EtherType
from balancer.wire.ipv4 import Ipv4
from balancer.wire.ipv6 import Ipv6
from balancer.wire.l4 import Udp

UDP = 17
UDP_OCTETS = 8


@dataclass(frozen=True, slots=True)
class Way:
    """From where to where a datagram goes."""

    source: Address
    destination: Address
    source_port: int = 40000
    destination_port: int = 53
    source_mac: bytes = bytes.fromhex("020001000001")
    destination_mac: bytes = bytes.fromhex("020001020010")
    hops: int = 64
    traffic_class: int = 0
    label: int = 0  # identification, in IPv4

    def back(self) -> "Way":
        return Way(
            self.destination,
            self.source,
            self.destination_port,
            self.source_port,
            self.destination_mac,
            self.source_mac,
        )


def frame(way: Way, message: bytes) -> bytes:
    """Return the frame of a datagram."""
    source, destination = int(way.source), int(way.destination)
    length = UDP_OCTETS + len(message)
    if way.source.version == 4:
        kind, pseudo_header = EtherType.IPV4, pseudo_header4
        header = Ipv4(source, destination, UDP, 20 + length)
        more = {"identification": way.label, "tos": way.traffic_class, "ttl": way.hops}
        ip = replace(header, **more).to_wire()
    else:
        kind, pseudo_header = EtherType.IPV6, pseudo_header6
        marks = way.traffic_class, way.label, way.hops
        ip = Ipv6(source, destination, UDP, length, *marks).to_wire()
    udp = Udp(way.source_port, way.destination_port, length)
    covered = pseudo_header(source, destination, length, UDP) + udp.to_wire() + message
    # RFC 768: 0 would say that there is none.
    udp = replace(udp, check=checksum(covered) or 0xFFFF)
    ethernet = Ethernet(way.destination_mac, way.source_mac, kind)
    return ethernet.to_wire() + ip + udp.to_wire() + message

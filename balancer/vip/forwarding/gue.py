"""UDP over IPv4 around a packet: the reference of bpf/gue.h.

Generic UDP Encapsulation in its variant 1 (draft-ietf-intarea-gue, "Variant 1"): what
follows the UDP header is the packet, whose version tells it apart. It is also what fou
devices of Linux take.
"""

from ...hashing.flow import hash_flow
from ...model import FiveTuple, Forwarding, Protocol
from ...wire import ethernet
from ...wire.ethernet import EtherType
from ...wire.l4 import UDP_SIZE, Udp
from ..packets.packet import Arrival
from ..tables.modes import OVERHEAD
from ..tables.options import Options
from ..tables.tables import BackendEntry
from .outer import ipv4_around, to_gateway

PORT = 9886
_FIRST_SOURCE_PORT = 0xC000  # of the ephemeral ones (RFC 6335 section 6)
_HASH_SHIFT = 18  # which leaves as many bits as there are such ports


def gue(arrival: Arrival, options: Options, backend: BackendEntry) -> bytes:
    """Return the frame with its packet inside UDP, by way of the gateway."""
    packet, size = arrival.packet, OVERHEAD[Forwarding.GUE]
    outer = ipv4_around(packet, options, backend, Protocol.UDP, size)
    # RFC 768: no checksum, as the packet has its own; over IPv6 that would not do.
    udp = Udp(source_port(arrival.flow), PORT, UDP_SIZE + packet.length)
    inner = udp.to_wire() + arrival.frame[ethernet.SIZE :]
    return to_gateway(options, EtherType.IPV4) + outer + inner


def source_port(flow: FiveTuple) -> int:
    """Return a flow's port, so that routers and interfaces spread by flows."""
    return _FIRST_SOURCE_PORT | hash_flow(flow) >> _HASH_SHIFT

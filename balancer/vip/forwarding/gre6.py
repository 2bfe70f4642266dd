"""GRE over IPv6 around a packet (RFC 7676): the reference of bpf/gre6.h."""

from ...hashing.flow import hash_flow
from ...model import FiveTuple
from ...wire import ethernet
from ...wire.ethernet import EtherType
from ...wire.gre import PROTOCOL, SIZE, Gre
from ...wire.ipv6 import Ipv6
from ..packets.packet import Arrival
from ..tables.options import Options
from ..tables.tables import BackendEntry
from .outer import to_gateway

_LABEL_SHIFT = 12  # which leaves the 20 bits of a label


def gre6(arrival: Arrival, options: Options, backend: BackendEntry) -> bytes:
    """Return the frame with its packet inside GRE over IPv6, by way of the gateway.

    The traffic class is the packet's, ECN too (RFC 6040 4.1, normal mode). No router
    may fragment it, and it has a hop limit of its own.
    """
    packet = arrival.packet
    outer = Ipv6(
        source=int(options.source6 or 0),
        destination=int(backend.address6 or 0),
        next_header=PROTOCOL,
        payload_length=SIZE + packet.length,
        traffic_class=packet.tos,
        flow_label=flow_label(arrival.flow),
    )
    inner = Gre(packet.ethertype).to_wire() + arrival.frame[ethernet.SIZE :]
    return to_gateway(options, EtherType.IPV6) + outer.to_wire() + inner


def flow_label(flow: FiveTuple) -> int:
    """Return a flow's label (RFC 6438): never 0, which says that there is none."""
    return hash_flow(flow) >> _LABEL_SHIFT | 1

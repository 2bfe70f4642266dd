"""IPv4 alone around a packet: the reference of bpf/ipip.h."""

from ...model import Forwarding
from ...wire import ethernet
from ...wire.ethernet import EtherType
from ..packets.packet import Arrival
from ..tables.modes import OVERHEAD
from ..tables.options import Options
from ..tables.tables import BackendEntry
from .outer import ipv4_around, to_gateway

# By the inner packet's version: IP in IP (RFC 2003), and 6in4 (RFC 4213 section 3).
PROTOCOL = {4: 4, 6: 41}


def ipip(arrival: Arrival, options: Options, backend: BackendEntry) -> bytes:
    """Return the frame with its packet inside IPv4, by way of the gateway."""
    packet = arrival.packet
    protocol, size = PROTOCOL[packet.version], OVERHEAD[Forwarding.IPIP]
    outer = ipv4_around(packet, options, backend, protocol, size)
    inner = arrival.frame[ethernet.SIZE :]
    return to_gateway(options, EtherType.IPV4) + outer + inner

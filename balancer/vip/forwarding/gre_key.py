"""GRE over IPv4 with a key around a packet: the reference of bpf/gre_key.h.

The key (RFC 2890) is the address of the backend that may have a flow when the one that
gets the packet has not. Where nobody else can have it there is none.
"""

from ...model import Forwarding
from ...wire import ethernet
from ...wire.ethernet import EtherType
from ...wire.gre import PROTOCOL, Gre
from ..packets.packet import Arrival
from ..tables.modes import OVERHEAD
from ..tables.options import Options
from ..tables.tables import BackendEntry
from .gre import gre
from .outer import ipv4_around, to_gateway


def gre_key(arrival: Arrival, options: Options, backend: BackendEntry) -> bytes:
    """Return the frame with its packet inside GRE, by way of the gateway."""
    if arrival.second is None:
        return gre(arrival, options, backend)
    packet, size = arrival.packet, OVERHEAD[Forwarding.GRE_KEY]
    outer = ipv4_around(packet, options, backend, PROTOCOL, size)
    header = Gre(packet.ethertype, int(arrival.second)).to_wire()
    inner = header + arrival.frame[ethernet.SIZE :]
    return to_gateway(options, EtherType.IPV4) + outer + inner

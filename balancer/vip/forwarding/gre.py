"""GRE over IPv4 around a packet: the reference of bpf/gre.h."""

from ...model import Forwarding
from ...wire import ethernet
from ...wire.ethernet import EtherType
from ...wire.gre import PROTOCOL, Gre
from ..packets.packet import Arrival
from ..tables.modes import OVERHEAD
from ..tables.options import Options
from ..tables.tables import BackendEntry
from .outer import ipv4_around, to_gateway


def gre(arrival: Arrival, options: Options, backend: BackendEntry) -> bytes:
    """Return the frame with its packet inside GRE, by way of the gateway.

    The inner packet, and what pads its frame, stay as they are.
    """
    size = OVERHEAD[Forwarding.GRE]
    outer = ipv4_around(arrival.packet, options, backend, PROTOCOL, size)
    inner = Gre(arrival.packet.ethertype).to_wire() + arrival.frame[ethernet.SIZE :]
    return to_gateway(options, EtherType.IPV4) + outer + inner

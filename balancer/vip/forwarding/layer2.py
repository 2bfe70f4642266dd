"""To the backend's hardware address, the packet untouched: see bpf/layer2.h."""

from ...wire import ethernet
from ...wire.ethernet import Ethernet
from ..packets.packet import Arrival
from ..tables.options import Options
from ..tables.tables import BackendEntry


def layer2(arrival: Arrival, options: Options, backend: BackendEntry) -> bytes:
    """Return the frame to the backend, whose address is known; TTL too is as it was.

    The backend has the VIP on its loopback interface and answers for it to nobody.
    """
    header = Ethernet(backend.mac or b"", options.mac, arrival.packet.ethertype)
    return header.to_wire() + arrival.frame[ethernet.SIZE :]

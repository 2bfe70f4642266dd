"""The one place where a mode of forwarding becomes a function; see bpf/forward.h."""

from collections.abc import Callable, Mapping

from ...model import Forwarding
from ..packets.packet import Arrival
from ..tables.options import Options
from ..tables.tables import BackendEntry
from .gre import gre
from .gre6 import gre6
from .gre_key import gre_key
from .gue import gue
from .ipip import ipip
from .layer2 import layer2

# From a packet's arrival to the frame that goes to its backend.
Way = Callable[[Arrival, Options, BackendEntry], bytes]

WAYS: Mapping[Forwarding, Way] = {
    Forwarding.GRE: gre,
    Forwarding.GRE6: gre6,
    Forwarding.IPIP: ipip,
    Forwarding.GUE: gue,
    Forwarding.L2: layer2,
    Forwarding.GRE_KEY: gre_key,
}


def forward(
    arrival: Arrival, mode: Forwarding, options: Options, backend: BackendEntry
) -> bytes:
    """Return the frame by which a packet goes on to its backend."""
    return WAYS[mode](arrival, options, backend)

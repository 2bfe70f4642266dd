"""The hash of a flow, the same here, in the XDP program and on every balancer."""

import mmh3

from ..model import FiveTuple

_ADDRESS_OCTETS = {4: 4, 6: 16}


def hash_flow(flow: FiveTuple) -> int:
    """Return MurmurHash3 x86 32-bit, seed 0, of a five-tuple.

    Hashed are, in network byte order and without gaps: source address, destination
    address (4 octets each in IPv4, 16 in IPv6), source port, destination port (2
    each), protocol, version (1 each), two octets of zero. So the length is 16 or 40,
    a multiple of the hash's block.

    Source: Austin Appleby, MurmurHash3_x86_32. `bpf/hash.h` does it in XDP.
    """
    size = _ADDRESS_OCTETS[flow.version]
    key = (
        flow.source.to_bytes(size, "big")
        + flow.destination.to_bytes(size, "big")
        + flow.source_port.to_bytes(2, "big")
        + flow.destination_port.to_bytes(2, "big")
        + bytes((flow.protocol, flow.version, 0, 0))
    )
    return mmh3.hash(key, 0, signed=False)

"""What a super-packet costs on the wire beyond its bytes in memory."""

import ctypes

import numpy as np

from .schedule import ETHERNET_OVERHEAD_BYTES, Sizes
from .sizes import VNET_HEADER_BYTES
from .slots import Addresses

# struct virtio_net_hdr: flags, gso_type, hdr_len, gso_size, csum_start, csum_offset.
GSO_SIZE_AT = 4
# Ethernet, IPv4 and TCP with time stamps: each segment repeats them.
SEGMENT_HEADER_BYTES = 66


def overhead_bytes(length: int, gso_size: int) -> int:
    """Return the bytes that segments add to a packet of `length` with vnet header."""
    if not gso_size:
        return 0
    payload = length - VNET_HEADER_BYTES - SEGMENT_HEADER_BYTES
    more = max(-(-payload // gso_size), 1) - 1
    return more * (SEGMENT_HEADER_BYTES + ETHERNET_OVERHEAD_BYTES)


def segment_overhead(addresses: Addresses, lengths: Sizes) -> Sizes:
    """Return `overhead_bytes` of each packet, by the vnet header at its address."""
    sizes = [
        ctypes.c_uint16.from_address(address + GSO_SIZE_AT).value
        for address in addresses.tolist()
    ]
    pairs = zip(lengths.tolist(), sizes, strict=True)
    return np.array([overhead_bytes(*pair) for pair in pairs], np.int64)

"""How much room a link needs: slots, and whether super-packets may cross it."""

import math

from ..world.records import Shape

VNET_HEADER_BYTES = 10
# Ethernet header with one VLAN tag.
FRAME_HEADER_BYTES = 18
SLOT_ALIGNMENT_BYTES = 256
# 64 KB of payload, its headers and the vnet header, in whole pages.
SUPER_SLOT_BYTES = 69_632

UNLIMITED_PPS = 200_000  # taken for a direction without a rate limit
FEWEST_SLOTS = 2048
# Below this rate a 64 KB burst takes milliseconds on the wire.
SUPER_PACKET_LEAST_MBIT = 200.0
SUPER_PACKET_MOST_BYTES = 65_536
SUPER_PACKET_FEWEST_BYTES = 9_000


def slot_bytes(mtu: int) -> int:
    """Return the size of a slot that holds one packet of `mtu` bytes."""
    whole = mtu + FRAME_HEADER_BYTES + VNET_HEADER_BYTES
    return -(-whole // SLOT_ALIGNMENT_BYTES) * SLOT_ALIGNMENT_BYTES


def slot_count(shape: Shape, mtu: int) -> int:
    """Return how many packets one direction may hold at once.

    That is the bandwidth-delay product and the queue in packets of `mtu` bytes and a
    quarter more; many more small packets than that do not fit, and are counted.
    """
    held_ms = shape.delay_ms + shape.jitter_ms
    if shape.rate_mbit is None:
        packets = UNLIMITED_PPS * held_ms / 1000
    else:
        held_ms += shape.queue_ms
        packets = shape.rate_mbit * 1000 * held_ms / 8 / mtu
    return max(math.ceil(packets * 1.25), FEWEST_SLOTS)


def super_packet_bytes(*shapes: Shape) -> int | None:
    """Return how large a super-packet may enter a link of `shapes`, None for none.

    One loss draw on 64 KB would kill 45 segments at once, and on a slow link 64 KB
    are a burst of milliseconds; on a fast one they are kept to 1 ms.
    """
    rates = [shape.rate_mbit for shape in shapes if shape.rate_mbit is not None]
    if any(shape.loss for shape in shapes):
        return None
    if not rates:
        return SUPER_PACKET_MOST_BYTES
    if min(rates) <= SUPER_PACKET_LEAST_MBIT:
        return None
    bytes_per_ms = int(min(rates) * 125)
    return min(max(bytes_per_ms, SUPER_PACKET_FEWEST_BYTES), SUPER_PACKET_MOST_BYTES)

"""What each way of forwarding must come to, in closed form: pure."""

from balancer.wire import gre, ipv4, ipv6, l4

from .row import ForwardingRow

MTU = 1500
OPTIONS = 12  # TCP time stamps, padded (RFC 7323)
# Packets of a connection beside acknowledgements of data, or more of those: SYN, ACK,
# request, FIN and its ACK, and as many again to spare.
OTHERS = 10
REQUEST, ANSWER = 200, 400  # octets of a request and of an answer's header, at most
# Octets in front of a packet.
OVERHEAD = {
    "gre": ipv4.SIZE + gre.SIZE,
    "gre6": ipv6.SIZE + gre.SIZE,
    "ipip": ipv4.SIZE,
    "gue": ipv4.SIZE + l4.UDP_SIZE,
    "l2": 0,
    "nat": 0,
}
DIRECT = ("gre", "gre6", "ipip", "gue", "l2")  # whose replies pass the balancer by


def overhead_of(row: ForwardingRow) -> int:
    """Return how many octets a packet grows by; others' balancers put none before."""
    return OVERHEAD[row.mode] if row.is_ours else 0


def carried_most(row: ForwardingRow) -> float:
    """Return the octets that a balancer carries at most for what was delivered.

    Each segment of an answer is acknowledged once at the most; each of these packets
    comes in plain and goes out with what is put in front of it. Where replies come
    back by the balancer, it carries them twice as well.
    """
    plain = _headers(row.family) + OPTIONS
    segments = row.delivered / (row.mss - OPTIONS) if row.mss else 0.0
    count = segments + OTHERS * row.downloads
    requests = count * (2 * plain + overhead_of(row)) + 2 * REQUEST * row.downloads
    if is_direct(row):
        return requests
    return requests + 2 * (row.delivered + count * plain + ANSWER * row.downloads)


def carried_least(row: ForwardingRow) -> float:
    """Return the octets that it carries at the least."""
    return 0.0 if is_direct(row) else 2.0 * row.delivered


def is_direct(row: ForwardingRow) -> bool:
    """Whether replies pass the balancer by."""
    return row.is_ours and row.mode in DIRECT


def _headers(family: int) -> int:
    return (ipv4.SIZE if family == 4 else ipv6.SIZE) + l4.TCP_SIZE


def segment_most(row: ForwardingRow) -> int:
    """Return the MSS with which a packet fits when it has grown."""
    return MTU - overhead_of(row) - _headers(row.family)

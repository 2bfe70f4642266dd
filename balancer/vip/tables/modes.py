"""The modes of forwarding, and how much longer each of them makes a packet."""

from collections.abc import Iterable

from ...model import Address, Forwarding
from ...wire import gre, ipv4, ipv6, l4

# Octets of what a mode puts in front of a packet, without the Ethernet header.
OVERHEAD = {
    Forwarding.GRE: ipv4.SIZE + gre.SIZE,
    Forwarding.GRE6: ipv6.SIZE + gre.SIZE,
    Forwarding.IPIP: ipv4.SIZE,
    Forwarding.GUE: ipv4.SIZE + l4.UDP_SIZE,
    Forwarding.L2: 0,
    Forwarding.NAT: 0,
    Forwarding.GRE_KEY: ipv4.SIZE + gre.KEYED_SIZE,
}
# Those whose packets go inside others: to the VIP, when they come out again.
TUNNELS = frozenset({Forwarding.GRE, Forwarding.GRE6, Forwarding.IPIP, Forwarding.GUE})
# Those in which a check can go where packets go: to the VIP, at one backend.
FOLLOWED = TUNNELS | {Forwarding.L2, Forwarding.GRE_KEY}
# RFC 8200 5: no IPv6 packet of this size or less may be refused as too big.
LEAST_IPV6_MTU = 1280


def min_mtu(modes: Iterable[Forwarding]) -> int:
    """Return the least MTU, in octets, of a way that packets of these modes take."""
    return LEAST_IPV6_MTU + max(OVERHEAD[mode] for mode in modes)


def needs_ipv6(mode: Forwarding, vip: Address) -> bool:
    """Whether a VIP's packets leave with IPv6 addresses of balancer and backend."""
    return mode is Forwarding.GRE6 or (mode is Forwarding.NAT and vip.version == 6)

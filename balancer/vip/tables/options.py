"""What is fixed while the program runs: addresses, sizes and bounds (bpf/options.h)."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from ...model import Forwarding
from .nat_limits import NatLimits

_NAT_LIMITS = NatLimits()


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of what is kept and of what is answered; rates are of each CPU.

    Args:
        flows: most that are tracked.
        idle_s: how long a flow may be unused and still be known.
        new_flows_per_s: most that are newly tracked; the rest is hashed alone.
        answers_per_s: most ICMP packets that are sent.
        samples_per_s: most packets told of that the flow table did not decide.
        nat: of translated flows.
    """

    flows: int = 65536
    idle_s: float = 900.0
    new_flows_per_s: float = 20_000.0
    answers_per_s: float = 1_000.0
    samples_per_s: float = 0.0
    nat: NatLimits = _NAT_LIMITS


@dataclass(frozen=True, slots=True)
class Options:
    """What is fixed while the program runs.

    Args:
        source: outer source address.
        mtu: largest outer packet, in octets.
        mac: our hardware address, six octets.
        gateway_mac: the next hop of everything that is sent.
        limits: the bounds of its state.
        splits: whether a VIP's packets may be split.
        forwardings: the modes that VIPs have; the program is made for these alone.
        source6: outer source address where the outer header is IPv6's.
    """

    source: IPv4Address
    mtu: int
    mac: bytes
    gateway_mac: bytes
    limits: Limits = Limits()
    splits: bool = False
    forwardings: frozenset[Forwarding] = frozenset({Forwarding.GRE})
    source6: IPv6Address | None = None

"""The load balancer's nouns: VIP, backend, pool and five-tuple."""

from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import NamedTuple

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Protocol(IntEnum):
    """IP protocol numbers that a VIP can have (IANA protocol numbers)."""

    TCP = 6
    UDP = 17


class Tracking(IntEnum):
    """Which flows of a VIP the balancer remembers; the rest are hashed each time."""

    OFF = 0
    ALL = 1
    ESTABLISHED = 2  # from the first packet that is no SYN: a SYN flood fills nothing
    CHANGED = 3  # only where the table has changed lately


class TooBig(IntEnum):
    """What is done with a packet that is too big once it is encapsulated."""

    ANSWER = 0  # by ICMP, so that the sender sends smaller ones
    SPLIT = 1  # into two fragments where that is allowed, else answer


class Forwarding(IntEnum):
    """How packets reach the backend that was chosen for them."""

    GRE = 0  # inside GRE over IPv4
    GRE6 = 1  # inside GRE over IPv6
    IPIP = 2  # inside IPv4 alone: protocol 4, or 41 for IPv6
    GUE = 3  # inside UDP over IPv4
    L2 = 4  # as they are, to the backend's hardware address
    NAT = 5  # with the backend's address for a destination
    GRE_KEY = 6  # as GRE, with a key that names who may have the flow otherwise


class Affinity(IntEnum):
    """Whose flows go to one backend, as long as the table stays."""

    FLOW = 0  # nobody's: each goes by all of its five-tuple
    CLIENT = 1  # one address's: they go by it, the VIP's and the protocol


@dataclass(frozen=True, slots=True)
class Handling:
    """What is done for the packets of a VIP, beside choosing a backend.

    Args:
        tracking: which flows are remembered.
        too_big: what is done with packets that do not fit.
        mtu: largest outer packet on the way to the backends, in octets; 0 is the
            interface's, which is the bound in any case.
        mss: largest segment that a SYN may offer, in octets; 0 leaves it.
        forwarding: how they reach the backend.
        affinity: whose flows go together.
    """

    tracking: Tracking = Tracking.ESTABLISHED
    too_big: TooBig = TooBig.ANSWER
    mtu: int = 0
    mss: int = 0
    forwarding: Forwarding = Forwarding.GRE
    affinity: Affinity = Affinity.FLOW


ALL_PORTS = "all"


@dataclass(frozen=True, slots=True)
class Vip:
    """A virtual IP address, with the port and protocol that it serves.

    Port 0 stands for all that no other VIP of the address and protocol has.
    """

    name: str
    address: Address
    port: int
    protocol: Protocol
    pool: str
    handling: Handling = Handling()

    @property
    def port_text(self) -> str:
        """The port as people write it."""
        return str(self.port or ALL_PORTS)


@dataclass(frozen=True, slots=True)
class Backend:
    """A machine that serves a VIP.

    Args:
        name: unique in its pool.
        address: where packets are sent to, and by which it is known.
        weight: its share of new flows; 0 means drained.
        address6: where they are sent to by IPv6.
        mac: its hardware address, six octets, where that is told.
    """

    name: str
    address: Address
    weight: int = 1
    address6: IPv6Address | None = None
    mac: bytes | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """The backends that stand behind one or more VIPs."""

    name: str
    backends: tuple[Backend, ...]


class FiveTuple(NamedTuple):
    """The identity of a flow, as integers.

    A NamedTuple and not a dataclass, because it is a dictionary key per packet
    and hashes four times faster. `version` is 4 or 6; addresses are the integer
    value of the address in network byte order.
    """

    version: int
    source: int
    destination: int
    protocol: int
    source_port: int
    destination_port: int

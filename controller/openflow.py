"""The OpenFlow nouns that the fabric needs: values only, no framework, no bytes.

Fields go by their OXM names (`ipv4_dst`), switch ports by their interface names:
numbers are the switch's own affair, and enter with the messages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from hashlib import blake2b

ETH_TYPE_ARP = 0x0806
ETH_TYPE_IPV4 = 0x0800
ETH_TYPE_IPV6 = 0x86DD

MEMBER = "reg1"  # the register that holds the port chosen by a `Choose`

_DIGEST_OCTETS = 7


class Table(IntEnum):
    """The tables of a switch, in the order in which a packet meets them."""

    ROUTE = 0
    MEMBER = 1


class Kind(IntEnum):
    """What a flow is for: the first octet of its cookie."""

    ARP = 0xA0
    PING = 0x90
    ANYCAST = 0x60
    MEMBER = 0x61
    HOST = 0x50
    SITE = 0x40
    BRIDGE = 0x30


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a packet and its value; text is an address, prefix or MAC.

    A MAC may have a mask behind it, as "33:33:00:00:00:00/ff:ff:00:00:00:00".
    """

    name: str
    value: int | str


@dataclass(frozen=True, slots=True)
class MemberIs:
    """Matches packets for which a `Choose` took the port `port`."""

    port: str


@dataclass(frozen=True, slots=True)
class SetField:
    """Write a constant into a field."""

    field: Field


@dataclass(frozen=True, slots=True)
class Move:
    """Copy a field of `bits` bits into another."""

    source: str
    target: str
    bits: int


@dataclass(frozen=True, slots=True)
class DecrementTtl:
    """Decrement TTL or hop limit; a packet that would reach 0 is dropped."""


@dataclass(frozen=True, slots=True)
class Output:
    """Send out of a port, also when the packet came in by it."""

    port: str


@dataclass(frozen=True, slots=True)
class OutputElsewhere:
    """Send out of a port, but never by that by which the packet came in."""

    port: str


@dataclass(frozen=True, slots=True)
class OutputBack:
    """Send out of the port by which the packet came in."""


@dataclass(frozen=True, slots=True)
class Choose:
    """Put one live port into the `MEMBER` register, chosen by five-tuple.

    Rendezvous hashing over the index: a dead port's flows spread over the others,
    whose own flows stay. An empty name keeps the index of a port that must not be
    chosen.
    """

    ports: tuple[str, ...]


Match = Field | MemberIs
Action = SetField | Move | DecrementTtl | Output | OutputElsewhere | OutputBack | Choose


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow entry; `next_table` goes on there after the actions."""

    kind: Kind
    table: Table
    match: tuple[Match, ...]
    actions: tuple[Action, ...]
    next_table: Table | None = None

    @property
    def priority(self) -> int:
        """The higher one wins; a kind's flows never overlap one another's."""
        return PRIORITIES[self.kind]

    @property
    def place(self) -> tuple[Table, int, tuple[Match, ...]]:
        """What identifies a flow entry in a switch: adding there replaces."""
        return self.table, self.priority, self.match


# An exact address is an anycast one before it is a host's, before its site's.
PRIORITIES = {
    Kind.ARP: 100,
    Kind.PING: 90,
    Kind.ANYCAST: 60,
    Kind.MEMBER: 60,
    Kind.HOST: 50,
    Kind.SITE: 40,
    Kind.BRIDGE: 30,
}


def ports_of(flow: Flow) -> frozenset[str]:
    """Return the names of all ports that the flow mentions."""
    named = [part.port for part in flow.match if isinstance(part, MemberIs)]
    for action in flow.actions:
        if isinstance(action, Output | OutputElsewhere):
            named.append(action.port)
        elif isinstance(action, Choose):
            named.extend(action.ports)
    return frozenset(named) - {""}


def cookie_of(flow: Flow, numbers: Mapping[str, int]) -> int:
    """Return the flow's kind and a digest of what it says, in 64 bits.

    Equal cookies mean equal entries, port numbers included, so that a controller
    that knows nothing can read from a switch's cookies what is still to be done.
    """
    used = sorted((port, numbers.get(port)) for port in ports_of(flow))
    said = repr((flow, used)).encode()
    digest = blake2b(said, digest_size=_DIGEST_OCTETS).digest()
    return int.from_bytes(bytes([flow.kind]) + digest, "big")

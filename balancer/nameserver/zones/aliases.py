"""Chains of aliases within a zone, which are followed once and then remembered."""

from collections.abc import Set
from typing import NamedTuple, Protocol

from ...wire.dns.block import Block
from ...wire.dns.records import NameData, Records, RecordSet
from .node import Node
from .steered import Steered

MAX_ALIASES = 16  # resolvers ask on from the last one


class Names(Protocol):
    """What a chain is followed in: a zone's names."""

    def find(self, name: bytes) -> Node | None:
        """Return the node that answers for a name of the zone."""

    def holds(self, name: bytes) -> bool:
        """Say whether a name is one of the zone's."""


class Chain(NamedTuple):
    """Aliases, one the target of the other.

    Args:
        aliases: their records.
        owners: their names.
        target: what the last one points to; of no alias, the name itself.
        is_open: whether the answer goes on with what is at the target.
        node: what is there, if the answer goes on.
    """

    aliases: Block
    owners: Set[bytes]
    target: bytes
    is_open: bool
    node: Node | None = None


class Fork(NamedTuple):
    """Aliases up to where a policy chooses the next one, or to their end.

    Args:
        aliases: all of them.
        chain: the last ones, and the owners of all.
        at: the alias at which they turned off last.
        steered: what chooses the next one, if any does.
    """

    aliases: tuple[Records, ...]
    chain: Chain
    at: Node
    steered: Steered | None


def follow(
    zone: Names, name: bytes, most: int = MAX_ALIASES, seen: Set[bytes] = frozenset()
) -> Chain:
    """Return the aliases from a name of the zone on, `most` of them at most.

    Args:
        zone: where they are.
        name: the first one, which need not be an alias.
        most: how many are followed.
        seen: names of aliases before these: the chain ends there, as in a ring.
    """
    found: list[RecordSet] = []
    owners = set(seen)
    is_open, node = True, zone.find(name)
    while node is not None and (alias := node.alias()) is not None:
        found.append(alias)
        owners.add(alias.owner)
        name = target_of(alias)
        is_open = name not in owners and len(found) < most and zone.holds(name)
        node = zone.find(name) if is_open else None
    return Chain(Block(found), owners, name, is_open, node)


def target_of(alias: RecordSet) -> bytes:
    """Return the name that a CNAME record points to."""
    data = alias.data[0]
    if not isinstance(data, NameData):
        raise TypeError(f"CNAME with {data!r}")
    return data.target

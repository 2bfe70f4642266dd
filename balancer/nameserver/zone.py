"""Zones as data: which names exist, what they hold, and where the zone is cut."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..wire.dns.codes import Type
from ..wire.dns.names import suffixes
from ..wire.dns.records import NameData, RecordSet
from .policies import ClientAddress, Policy


@dataclass(frozen=True, slots=True)
class Steered:
    """Records of one type that a policy chooses: one set for each of its answers."""

    policy: Policy
    answers: tuple[RecordSet, ...]

    def choose(self, client: ClientAddress) -> tuple[RecordSet, int]:
        """Return the set for this client and its scope prefix length."""
        answer, scope = self.policy.choose(client)
        return self.answers[answer], scope


@dataclass(frozen=True, slots=True)
class Node:
    """A name that exists; without data it is an empty non-terminal."""

    data: Mapping[int, RecordSet | Steered] = field(default_factory=dict)

    def find(self, type_: int) -> RecordSet | Steered | None:
        """Return what is there for a query type; for ANY one set (RFC 8482, 4.1)."""
        if type_ == Type.ANY:
            return next(iter(self.data.values()), None)
        return self.data.get(type_)

    def alias(self, type_: int) -> RecordSet | None:
        """Return the CNAME that answers for this type, if there is one."""
        found = self.data.get(Type.CNAME)
        if type_ in (Type.CNAME, Type.ANY) or not isinstance(found, RecordSet):
            return None
        return found


@dataclass(frozen=True, slots=True)
class Cut:
    """A delegation: the child's servers, and their addresses as far as known."""

    servers: RecordSet
    glue: tuple[RecordSet, ...]


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone; all names are in lower case.

    Args:
        apex: the zone's name.
        nodes: every name that exists, the empty non-terminals among them.
        cuts: delegations, by name.
        negative: the SOA as negative answers carry it.
    """

    apex: bytes
    nodes: Mapping[bytes, Node]
    cuts: Mapping[bytes, Cut]
    negative: RecordSet

    def find(self, name: bytes, type_: int) -> Cut | Node | None:
        """Return what is responsible for a name in this zone; None: it is not there."""
        cut = self._cut_over(name)
        if cut is None:
            return self.nodes.get(name)
        # RFC 4035 3.1.4.1: DS is the one type that stands on the parent's side.
        if type_ == Type.DS and cut.servers.owner == name:
            return Node()
        return cut

    def holds(self, name: bytes) -> bool:
        """Say whether a name is at or below the apex."""
        return any(suffix == self.apex for suffix in suffixes(name))

    def addresses(self, servers: RecordSet) -> tuple[RecordSet, ...]:
        """Return the address records in this zone of the targets of `servers`."""
        targets = [data.target for data in servers.data if isinstance(data, NameData)]
        nodes = [self.nodes.get(target, Node()) for target in targets]
        found = [node.data.get(t) for node in nodes for t in (Type.A, Type.AAAA)]
        return tuple(each for each in found if isinstance(each, RecordSet))

    def _cut_over(self, name: bytes) -> Cut | None:
        """Return the cut at or above a name: one at most, as none is below another."""
        if not self.cuts:
            return None
        for suffix in suffixes(name):
            if suffix == self.apex:
                break
            if cut := self.cuts.get(suffix):
                return cut
        return None


def find_zone(zones: Mapping[bytes, Zone], name: bytes) -> Zone | None:
    """Return the zone of the longest apex that a name is at or below."""
    for suffix in suffixes(name):
        if zone := zones.get(suffix):
            return zone
    return None

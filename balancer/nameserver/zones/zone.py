"""Zones as look-ups: which names exist, what is there, and where the zone is cut."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ...wire.dns.block import Block
from ...wire.dns.codes import Type
from ...wire.dns.names import WILDCARD, label_starts
from ...wire.dns.records import NameData, RecordSet, SoaData
from ...wire.dns.response import Sections
from .aliases import MAX_ALIASES, Chain, Fork, follow
from .ending import Ending
from .image import Image
from .kept import Kept
from .keys import SigningKey
from .node import CUT, NOT_STEERED, PLAIN, Node, SteeredSets

MAX_ENDINGS = 512
DS = Type.DS  # to look it up in its enumeration takes ten times as long


def _few() -> Kept[Hashable, Ending]:
    """They are longer than all else that is kept, and each is for many names."""
    return Kept(MAX_ENDINGS)


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone; all names are in lower case.

    Args:
        apex: the zone's name.
        nodes: every name that exists, the empty non-terminals among them.
        soa: the record about the zone.
        negative: the same as negative answers carry it, with their TTL.
        steered: what policies choose, by name and type.
        has_cuts: whether a name in it is delegated away.
        has_wildcards: whether a name in it starts with an asterisk.
        key: what its answers are signed with; None: they are not.
        secondaries: addresses that may have the whole zone.
        notified: addresses and ports that are told of changes.
        forks: where aliases turn off, by whatever decides that.
        endings: what is told of aliases, by whatever decides that.
    """

    apex: bytes
    nodes: Image
    soa: RecordSet
    negative: Block
    steered: Mapping[bytes, SteeredSets] = field(default_factory=dict)
    has_cuts: bool = False
    has_wildcards: bool = False
    key: SigningKey | None = None
    secondaries: frozenset[str] = frozenset()
    notified: tuple[tuple[str, int], ...] = ()
    forks: Kept[Hashable, Fork] = field(default_factory=Kept, compare=False, repr=False)
    endings: Kept[Hashable, Ending] = field(
        default_factory=_few, compare=False, repr=False
    )
    _chains: Kept[tuple[bytes, int], Chain] = field(
        default_factory=Kept, compare=False, repr=False
    )
    _referrals: Kept[bytes, Sections] = field(
        default_factory=Kept, compare=False, repr=False
    )

    @property
    def serial(self) -> int:
        """The number of the zone's version."""
        [data] = self.soa.data
        return data.serial if isinstance(data, SoaData) else 0

    def find(self, name: bytes) -> Node | None:
        """Return the node that answers for a name of this zone.

        That is its own, that of the cut at or above it, or what a wildcard stands
        for (RFC 4592); None: the name does not exist.
        """
        if not (self.has_cuts or self.has_wildcards):
            return self.node(name)
        find, above = self.nodes.get, len(label_starts(self.apex))
        encloser, packed = self.apex, None
        # From the apex down: what does not exist has nothing below it, so that a
        # name of many labels costs no more look-ups than the zone is deep.
        for start in label_starts(name)[-above - 1 :: -1]:
            below = name[start:]
            packed = find(below)
            if packed is None:
                return self._synthesized(name, encloser)
            encloser = below
            if packed.startswith(CUT):
                break
        if packed is None:
            return self.node(encloser)
        steered = self.steered.get(encloser, NOT_STEERED)
        return tuple.__new__(Node, (encloser, packed, steered, None))

    def node(self, name: bytes) -> Node | None:
        """Return what is stored at exactly this name."""
        packed = self.nodes.get(name)
        if packed is None:
            return None
        return Node(name, packed, self.steered.get(name, NOT_STEERED))

    @property
    def negative_ttl_s(self) -> int:
        """How long negative answers are kept."""
        return self.negative.sets[0].ttl_s

    def chain(self, name: bytes, most: int = MAX_ALIASES) -> Chain:
        """Return the aliases from a name of this zone on, some of them remembered."""
        chain = self._chains.get((name, most))
        if chain is None:
            chain = self._chains.keep((name, most), follow(self, name, most))
        return chain

    def holds(self, name: bytes) -> bool:
        """Say whether a name is at or below the apex."""
        return is_within(name, self.apex)

    def addresses(self, servers: RecordSet) -> Iterator[RecordSet]:
        """Yield the address records in this zone of the targets of `servers`."""
        for data in servers.data:
            if isinstance(data, NameData) and self.holds(data.target):
                node = Node(data.target, self.nodes.get(data.target) or PLAIN)
                found = (node.find(type_) for type_ in (Type.A, Type.AAAA))
                yield from (each for each in found if isinstance(each, RecordSet))

    def referral(self, cut: Node) -> Sections:
        """Return the records that lead to a child, some of which are remembered."""
        sections = self._referrals.get(cut.owner)
        if sections is None:
            sections = self._referrals.keep(cut.owner, self._make_referral(cut))
        return sections

    def _make_referral(self, cut: Node) -> Sections:
        servers = cut.find(Type.NS)
        if not isinstance(servers, RecordSet):
            raise TypeError(f"a cut with {servers!r}")
        found = self.addresses(servers)
        addresses = [each._replace(data=tuple(each.data)) for each in found]
        inside = [each for each in addresses if is_within(each.owner, cut.owner)]
        others = [each for each in addresses if each not in inside]
        return Sections((), *((Block(it),) for it in ([servers], inside, others)))

    def _synthesized(self, name: bytes, encloser: bytes) -> Node | None:
        source = WILDCARD + encloser
        packed = self.nodes.get(source) if self.has_wildcards else None
        if packed is None:
            return None
        steered = self.steered.get(source, NOT_STEERED)
        return tuple.__new__(Node, (name, packed, steered, source))


class Zones:
    """What a server is authoritative for."""

    __slots__ = ("_depth", "_last", "by_apex")

    def __init__(self, zones: Iterable[Zone] = ()) -> None:
        self.by_apex = {zone.apex: zone for zone in zones}
        self._last: tuple[bytes, int, Zone | None, Node | None] = b"", 0, None, None
        self._depth = max((len(label_starts(apex)) for apex in self.by_apex), default=1)

    def find_node(self, name: bytes, type_: int) -> tuple[Zone | None, Node | None]:
        """Return the zone that answers for a name, and what it has there, if anything.

        What was found last is remembered: names for which there is no ready answer
        are looked up for that first, and then for themselves.
        """
        last_name, last_type, zone, node = self._last
        if name == last_name and type_ == last_type:
            return zone, node
        zone = self.find(name, type_)
        node = None if zone is None else zone.find(name)
        self._last = name, type_, zone, node
        return zone, node

    def find(self, name: bytes, type_: int = Type.ANY) -> Zone | None:
        """Return the zone that answers for a name, of those it lies in the deepest.

        RFC 4035 3.1.4.1: the one type that stands on the parent's side is DS.
        """
        starts = label_starts(name)
        # Of 127 labels, only as many are looked at as an apex has.
        for start in starts[-self._depth :]:
            apex = name[start:]
            if zone := self.by_apex.get(apex):
                if type_ == DS and apex == name and (over := self._over(name)):
                    return over
                return zone
        return None

    def _over(self, apex: bytes) -> Zone | None:
        above = (apex[start:] for start in label_starts(apex)[1:])
        return next(
            (self.by_apex[name] for name in above if name in self.by_apex), None
        )


def is_within(name: bytes, ancestor: bytes) -> bool:
    """Say whether a name is `ancestor` or below it."""
    return name.endswith(ancestor) and len(name) - len(ancestor) in label_starts(name)

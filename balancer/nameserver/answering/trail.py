"""Where aliases lead, the choices of policies among them, and what is told of that.

All that is told behind the first alias depends on those choices alone, and not on the
name that a wildcard's alias stands for: it is signed and written once for each.
"""

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

from ...wire.dns.block import Block
from ...wire.dns.codes import Type
from ...wire.dns.records import Records, RecordSet, StoredData
from ...wire.dns.response import Sections
from ..dnssec.prove import prove
from ..policies.asker import Asker
from ..zones.aliases import MAX_ALIASES, Chain, Fork, target_of
from ..zones.ending import Ending
from ..zones.finding import ANSWERS, NXDOMAIN, REFERRALS, Finding, Matter, Outcome
from ..zones.node import CUT, Node, find_packed
from ..zones.resolve import behind, finding_of, follow_chosen, is_delegated
from ..zones.steered import Steered
from ..zones.zone import Zone
from .answered import NO_CHOICE, Choice

CNAME = Type.CNAME
ALONE = {CNAME, Type.ANY}  # who asks for these gets the alias, and nothing behind it
NO_ALIASES, NOBODY = Block(()), frozenset[bytes]()
# What can be at the end, but for records, which are known by their type.
CLOSED, NOWHERE, DELEGATED, NODATA = range(-4, 0)

Ask = Callable[[], Asker]
# The first alias, whether it is told alone, targets of aliases that policies chose, and
# what is at the end.
Key = tuple[Any, ...]
KEY_STARTS = 2  # before those targets


class Trail(NamedTuple):
    """Aliases of a zone, and what is at their end; a tuple, as many queries make one.

    Args:
        key: whatever decides what is told.
        aliases: their sets; of a wildcard's, the first is under its own name.
        matter: what they lead to.
        chosen: by a policy, of the records that are there.
        outcome: what becomes of the query.
        choice: what policies made, the scope being that of all of them.
        choices: how many those were.
    """

    key: Key
    aliases: tuple[Records, ...]
    matter: Matter
    chosen: RecordSet | None
    outcome: Outcome
    choice: Choice
    choices: int

    def ending(self, type_: int, start_s: int | None) -> Ending:
        """Return all that is told.

        Args:
            type_: that was asked for.
            start_s: from when on signatures of it are given out; None: it has none.
        """
        endings = self.matter.zone.endings
        key = start_s, self.key
        return endings.get(key) or endings.keep(key, self._end(type_, start_s))

    def _end(self, type_: int, start_s: int | None) -> Ending:
        name, node = self.matter.name, self.matter.node
        if name is None:
            finding = Finding(ANSWERS, Sections(self.aliases), 0, self.matter)
        else:
            records = self.chosen
            if records is None and node is not None:
                stored = node.find(type_)
                records = stored if isinstance(stored, RecordSet) else None
            finding = finding_of(self.matter, type_, records, self.aliases)
        if start_s is not None:
            finding = prove(finding, type_, start_s)
        return Ending.of(finding.sections)


def find_trail(
    zone: Zone, name: bytes, node: Node, type_: int, ask: Ask
) -> Trail | None:
    """Return where an alias leads; None: it comes back to a name that is made up.

    Where a policy keeps the first alias back, the trail has none.

    Args:
        zone: of the alias.
        name: that was asked for, in lower case.
        node: the alias.
        type_: that was asked for.
        ask: tells who asks.
    """
    source, is_alone = node.wildcard or node.owner, type_ in ALONE
    key: Key = (source, is_alone)
    fork = zone.forks.get(key) or _first_fork(zone, key, node)
    asker, choice = None, NO_CHOICE
    while (steered := fork.steered) is not None:
        asker = asker or ask()
        alias, scope, site = steered.choose(asker, fork.chain.target)
        if alias is None:
            fork = _without_alias(fork)
            break
        key, choice = (*key, target_of(alias)), _joined(choice, steered, scope, site)
        fork = zone.forks.get(key) or _next_fork(zone, key, fork, alias)
    chain = fork.chain
    # It ends where a name comes again: whether this one does is for each to see.
    comes_back = name in chain.owners or chain.target in (name, source)
    if comes_back and fork.aliases and node.wildcard is not None:
        return None
    if chain.is_open:
        return _end(zone, key, fork, type_, asker or ask, choice)
    matter = Matter(zone, None, fork.at)
    choices, key = len(key) - KEY_STARTS, (*key, CLOSED)
    return Trail(key, fork.aliases, matter, None, ANSWERS, choice, choices)


def _first_fork(zone: Zone, key: Key, node: Node) -> Fork:
    source, is_alone = key[:2]
    node = node._replace(owner=source, wildcard=None)  # whoever asked first
    if CNAME in node.steered:
        chain = Chain(NO_ALIASES, NOBODY, source, is_open=True, node=node)
        fork = Fork((), chain, node, node.steered[CNAME])
    else:
        chain = zone.chain(source, 1 if is_alone else MAX_ALIASES)
        fork = Fork((chain.aliases,), chain, node, _steered_at(chain))
    return zone.forks.keep(key, fork)


def _next_fork(zone: Zone, key: Key, fork: Fork, alias: RecordSet) -> Fork:
    aliases, before, at, _ = fork
    at = behind(at, before.node) or at
    aliases, chain = follow_chosen(zone, alias, aliases, before.owners)
    chain = chain._replace(node=behind(at, chain.node))
    if key[1]:
        aliases, chain = aliases[:1], chain._replace(is_open=False)
    fork = Fork(aliases, chain, at, _steered_at(chain))
    return zone.forks.keep(key, fork)


def _steered_at(chain: Chain) -> Steered | None:
    if not chain.is_open or chain.node is None:
        return None
    return chain.node.steered.get(CNAME)


def _without_alias(fork: Fork) -> Fork:
    """Return a fork as if nothing was there that a policy keeps back."""
    chain = fork.chain
    node = chain.node.without(CNAME) if chain.node is not None else None
    return fork._replace(chain=chain._replace(node=node))


def _end(
    zone: Zone,
    key: Key,
    fork: Fork,
    type_: int,
    asker: Asker | Ask,
    choice: Choice,
) -> Trail:
    """Return the trail to a name of the zone, with what is there for a type."""
    aliases, (_, _, target, _, node), _, _ = fork
    matter = tuple.__new__(Matter, (zone, target, node))
    chosen, outcome = None, ANSWERS
    last: Hashable = type_
    if node is None:
        last, outcome = NOWHERE, NXDOMAIN
    elif node.packed.startswith(CUT) and is_delegated(matter, type_):
        last, outcome = DELEGATED, REFERRALS
    elif type_ in node.steered:
        steered = node.steered[type_]
        asker = asker if isinstance(asker, Asker) else asker()
        chosen, scope, site = steered.choose(asker, node.owner)
        if chosen is None:
            matter = matter._replace(node=node.without(type_))
        else:
            data = chosen.data
            last = data.octets if isinstance(data, StoredData) else tuple(data)
            choice = _joined(choice, steered, scope, site)
    elif find_packed(node.packed, type_) is None:
        last = NODATA
    choices = len(key) - KEY_STARTS + (chosen is not None)
    parts = (*key, last), aliases, matter, chosen, outcome, choice, choices
    return tuple.__new__(Trail, parts)


def _joined(choice: Choice, steered: Steered, scope: int, site: str) -> Choice:
    """Return two choices as one.

    RFC 7871, section 7.2.1: what was chosen twice is the same where both choices are.
    """
    before = choice[2]
    return steered.seat.spec.kind, site, scope if scope > before else before

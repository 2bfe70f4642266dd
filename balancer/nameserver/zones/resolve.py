"""From a question to records: follows aliases, refers, says what does not exist."""

from collections.abc import Callable, Set

from ...wire.dns.block import Block
from ...wire.dns.codes import Class, Type
from ...wire.dns.query import Question
from ...wire.dns.records import Records, RecordSet
from ...wire.dns.response import Sections
from ..policies.asker import Asker
from .aliases import MAX_ALIASES, Chain, follow, target_of
from .finding import ANSWERS, NODATA, NXDOMAIN, Finding, Matter, Outcome
from .node import CUT, Node
from .steered import Steered
from .zone import Zone, Zones

CLASSES = (Class.IN, Class.ANY)
# To look one up in its enumeration takes ten times as long.
DS, NS, NXNAME = Type.DS, Type.NS, Type.NXNAME
REFERRALS = Outcome.REFERRALS


def resolve(zones: Zones, question: Question, asker: Callable[[], Asker]) -> Finding:
    """Return what our zones say to a question; zones that are not ours are refused.

    Who asks is told by `asker` where an answer depends on it.
    """
    name, type_, class_ = question
    name = name.lower()
    zone, node = zones.find_node(name, type_)
    if zone is None or class_ not in CLASSES:
        return Finding(Outcome.REFUSED)
    if type_ == NXNAME:  # RFC 9824, section 3.5
        return Finding(Outcome.FORMERR)
    if node is None or not node.is_alias_for(type_):
        matter = tuple.__new__(Matter, (zone, name, node))
        return _found(matter, type_, asker)
    aliases, chain = _chain(zone, node)
    if not chain.is_open:
        return Finding(ANSWERS, Sections(aliases), 0, Matter(zone, None, node))
    matter = _matter_behind(zone, chain, node)
    return _found(matter, type_, asker, aliases, chain.owners | {node.owner})


def _chain(zone: Zone, node: Node) -> tuple[tuple[Records, ...], Chain]:
    """Return the aliases from one on, and how the last of them go on."""
    owner = node.owner
    alias = None if node.wildcard is None else node.alias()
    if alias is None:
        chain = zone.chain(owner)
        return (chain.aliases,), chain
    # A wildcard's, under a made-up name: only what comes behind it is remembered.
    target = target_of(alias)
    if target == owner or not zone.holds(target):
        return (alias,), Chain(Block(()), frozenset(), target, is_open=False)
    chain = zone.chain(target, MAX_ALIASES - 1)
    if owner in chain.owners:
        chain = follow(zone, target, MAX_ALIASES - 1, frozenset((owner,)))
    return (alias, chain.aliases), chain


def _found(
    matter: Matter,
    type_: int,
    asker: Callable[[], Asker],
    aliases: tuple[Records, ...] = (),
    owners: Set[bytes] = frozenset(),
) -> Finding:
    """Return what is at a name; where a policy chooses an alias, what lies behind.

    Args:
        matter: the name, and what is there.
        type_: of the question.
        asker: tells who asks.
        aliases: that led there.
        owners: their names.
    """
    zone, name, node = matter
    steered = node.steered_alias_for(type_) if node is not None else None
    if name is None or node is None or steered is None:
        return _finding(matter, type_, asker, aliases)
    alias, scope, site = steered.choose(asker(), node.owner)
    if alias is None:
        return _hidden(matter, Type.CNAME, aliases)
    told, chain = follow_chosen(zone, alias, aliases, owners)
    found = Finding(ANSWERS, Sections(told), 0, Matter(zone, None, node))
    if chain.is_open:
        behind = _matter_behind(zone, chain, node)
        found = _found(behind, type_, asker, told, chain.owners)
    # RFC 7871, section 7.2.1: what was chosen twice is the same where both choices are.
    scope = max(scope, found.scope_prefix_length)
    policy = found.policy or steered.seat.spec.kind
    site = found.site or site
    return found._replace(scope_prefix_length=scope, policy=policy, site=site)


def _matter_behind(zone: Zone, chain: Chain, alias: Node) -> Matter:
    return tuple.__new__(Matter, (zone, chain.target, behind(alias, chain.node)))


def behind(alias: Node, node: Node | None) -> Node | None:
    """Return what is behind an alias, as a wildcard's if that is one's.

    A name that was made up is in the answer all the same.
    """
    if alias.wildcard is None or node is None:
        return node
    parts = node.owner, node.packed, node.steered, alias.wildcard
    return tuple.__new__(Node, parts)


def follow_chosen(
    zone: Zone, alias: RecordSet, aliases: tuple[Records, ...], owners: Set[bytes]
) -> tuple[tuple[Records, ...], Chain]:
    """Return the aliases up to a chosen one and those behind, and how they end.

    Args:
        zone: of all of them.
        alias: that a policy chose.
        aliases: before it.
        owners: the names of those.
    """
    target, owners = target_of(alias), owners | {alias.owner}
    told, left = (*aliases, alias), MAX_ALIASES - len(owners)
    if target in owners or left <= 0 or not zone.holds(target):
        return told, Chain(Block(()), owners, target, is_open=False)
    chain = zone.chain(target, left)
    if chain.target in owners:  # a ring, which is not remembered
        chain = follow(zone, target, left, owners)
    return (*told, chain.aliases), chain._replace(owners=owners | chain.owners)


def answer_sections(
    zone: Zone, records: RecordSet, aliases: tuple[Records, ...] = ()
) -> Sections:
    """Return the sections of an answer; name servers come with their addresses."""
    additional = tuple(zone.addresses(records)) if records.type == NS else ()
    return tuple.__new__(Sections, ((*aliases, records), (), (), additional))


def _finding(
    matter: Matter,
    type_: int,
    asker: Callable[[], Asker],
    aliases: tuple[Records, ...] = (),
) -> Finding:
    node = matter.node
    if node is None:
        return finding_of(matter, type_, None, aliases)
    records = node.find(type_)
    if not isinstance(records, Steered):
        return finding_of(matter, type_, records, aliases)
    chosen, scope, site = records.choose(asker(), node.owner)
    if chosen is None:
        return _hidden(matter, records.records.type, aliases)
    found = finding_of(matter, type_, chosen, aliases)
    policy = records.seat.spec.kind
    return found._replace(scope_prefix_length=scope, policy=policy, site=site)


def finding_of(
    matter: Matter,
    type_: int,
    records: RecordSet | None,
    aliases: tuple[Records, ...] = (),
) -> Finding:
    """Return what there is at a name.

    Args:
        matter: the name, and what is there.
        type_: of the question.
        records: of this type, if there are any.
        aliases: that led there.
    """
    zone, _, node = matter
    if node is None:
        return _denied(NXDOMAIN, matter, aliases)
    if is_delegated(matter, type_):
        return _referral(matter, node, aliases)
    if records is None:
        return _denied(ANSWERS if aliases else NODATA, matter, aliases)
    parts = ANSWERS, answer_sections(zone, records, aliases), 0, matter, False, "", ""
    return tuple.__new__(Finding, parts)


def is_delegated(matter: Matter, type_: int) -> bool:
    """Say whether another server has what is asked for.

    RFC 4035 3.1.4.1: DS is the one type that stands on the parent's side.
    """
    node = matter.node
    if node is None or not node.packed.startswith(CUT):
        return False
    return type_ != DS or node.owner != matter.name


def _denied(outcome: Outcome, matter: Matter, aliases: tuple[Records, ...]) -> Finding:
    """Return what says that there is nothing at the end of the aliases, if any."""
    negative = tuple.__new__(Sections, (aliases, (matter.zone.negative,), (), ()))
    return tuple.__new__(Finding, (outcome, negative, 0, matter, False, "", ""))


def _hidden(matter: Matter, type_: int, aliases: tuple[Records, ...]) -> Finding:
    """Answer as if the node had not this type, which a policy keeps back."""
    node = matter.node or Node(matter.zone.apex)
    bare = matter._replace(node=node.without(type_))
    return _denied(ANSWERS if aliases else NODATA, bare, aliases)


def _referral(matter: Matter, cut: Node, aliases: tuple[Records, ...]) -> Finding:
    sections = matter.zone.referral(cut)
    if aliases:
        # RFC 1034 4.3.2: the aliases, and where it goes on. Who has the aliases can ask
        # for the rest, so that none of it need be there.
        _, servers, glue, others = sections
        sections = Sections(aliases, servers, (), glue + others)
    return Finding(REFERRALS, sections, 0, matter)

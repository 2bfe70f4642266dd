"""From a question to records: follows aliases, refers, says what does not exist."""

from collections.abc import Callable, Set
from enum import StrEnum
from typing import NamedTuple

from ...wire.dns.block import Block
from ...wire.dns.codes import Class, Rcode, Type
from ...wire.dns.query import Question
from ...wire.dns.records import Records, RecordSet
from ...wire.dns.response import NO_RECORDS, Sections
from ..policies.asker import Asker
from .aliases import MAX_ALIASES, Chain, follow, target_of
from .node import Node
from .steered import Steered
from .zone import Zone, Zones


class Outcome(StrEnum):
    """What became of a query; each has a counter of this name."""

    ANSWERS = "answers"
    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    REFERRALS = "referrals"
    REFUSED = "refused"
    FORMERR = "formerr"
    NOTIMP = "notimp"
    NOTAUTH = "notauth"
    BADVERS = "badvers"


# To look one up in its enumeration takes ten times as long.
ANSWERS, NXDOMAIN = Outcome.ANSWERS, Outcome.NXDOMAIN
NODATA, REFERRALS = Outcome.NODATA, Outcome.REFERRALS
DENIALS = (NXDOMAIN, NODATA)
DS, NS, NXNAME = Type.DS, Type.NS, Type.NXNAME
NOERROR = Rcode.NOERROR


class Matter(NamedTuple):
    """What an answer is about: the zone, and the name that aliases led to, if any.

    `node` is what answers for that name, if it exists; where there is no name, it is
    the alias that led out of the zone.
    """

    zone: Zone
    name: bytes | None = None
    node: Node | None = None


class Finding(NamedTuple):
    """The records for a question, and the scope on which they are the same.

    `policy` and `site` say what chose among which sites, if anything did.

    `hides_nxdomain` is set where signed records say that a name does not exist, and
    the response code must not (RFC 9824).
    """

    outcome: Outcome
    sections: Sections = NO_RECORDS
    scope_prefix_length: int = 0
    matter: Matter | None = None
    hides_nxdomain: bool = False
    policy: str = ""
    site: str = ""

    @property
    def rcode(self) -> Rcode:
        """The response code of this outcome."""
        if self.outcome is NXDOMAIN and self.hides_nxdomain:
            return NOERROR
        return RCODES.get(self.outcome, NOERROR)

    @property
    def is_authoritative(self) -> bool:
        """Whether the first owner of the answers, or the denial, is of our zones."""
        is_alias = self.outcome is REFERRALS and bool(self.sections.answers)
        return is_alias or self.outcome in AUTHORITATIVE


CLASSES = (Class.IN, Class.ANY)
AUTHORITATIVE = (ANSWERS, *DENIALS)
RCODES = {
    Outcome.NXDOMAIN: Rcode.NXDOMAIN,
    Outcome.REFUSED: Rcode.REFUSED,
    Outcome.FORMERR: Rcode.FORMERR,
    Outcome.NOTIMP: Rcode.NOTIMP,
    Outcome.NOTAUTH: Rcode.NOTAUTH,
    Outcome.BADVERS: Rcode.BADVERS,
}


def likeness(outcome: Outcome, zone: Zone, node: Node | None, name: bytes) -> bytes:
    """Return what responses of the same content share, however one asks for them.

    Denials of a zone are alike, as are referrals to a child, answers of a wildcard,
    and errors: made-up names do not make them different.

    Args:
        outcome: what became of the query.
        zone: what answers.
        node: what answers for the name that aliases led to; None: it does not exist.
        name: what was asked for, in lower case.
    """
    if outcome in DENIALS:
        return b"n" + zone.apex
    if node is not None and node.is_cut:
        return b"r" + node.owner
    if node is not None and node.wildcard is not None:
        return b"w" + node.wildcard
    return b"a" + name


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
    matter = _matter_behind(zone, chain.target, node)
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
    told, chain = _behind(zone, alias, aliases, owners)
    found = Finding(ANSWERS, Sections(told), 0, Matter(zone, None, node))
    if chain.is_open:
        behind = _matter_behind(zone, chain.target, node)
        found = _found(behind, type_, asker, told, chain.owners)
    # RFC 7871, section 7.2.1: what was chosen twice is the same where both choices are.
    scope = max(scope, found.scope_prefix_length)
    policy = found.policy or steered.seat.spec.kind
    site = found.site or site
    return found._replace(scope_prefix_length=scope, policy=policy, site=site)


def _matter_behind(zone: Zone, target: bytes, alias: Node) -> Matter:
    """Return what is behind an alias; if that is a wildcard's, it counts as one's, too.

    A name that was made up is in the answer all the same.
    """
    node = zone.find(target)
    if alias.wildcard is not None and node is not None:
        parts = node.owner, node.packed, node.steered, alias.wildcard
        node = tuple.__new__(Node, parts)
    return tuple.__new__(Matter, (zone, target, node))


def _behind(
    zone: Zone, alias: RecordSet, aliases: tuple[Records, ...], owners: Set[bytes]
) -> tuple[tuple[Records, ...], Chain]:
    """Return the aliases up to a chosen one and those behind, and how they end."""
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
    zone, _, node = matter
    if node is None:
        return _denied(NXDOMAIN, matter, aliases)
    # RFC 4035 3.1.4.1: DS is the one type that stands on the parent's side.
    if node.is_cut and (type_ != DS or node.owner != matter.name):
        return _referral(matter, node, aliases)
    records = node.find(type_)
    if records is None:
        return _denied(ANSWERS if aliases else NODATA, matter, aliases)
    if isinstance(records, Steered):
        chosen, scope, site = records.choose(asker(), node.owner)
        if chosen is None:
            return _hidden(matter, records.records.type, aliases)
        sections = answer_sections(zone, chosen, aliases)
        policy = records.seat.spec.kind
        return Finding(ANSWERS, sections, scope, matter, False, policy, site)
    parts = ANSWERS, answer_sections(zone, records, aliases), 0, matter, False, "", ""
    return tuple.__new__(Finding, parts)


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

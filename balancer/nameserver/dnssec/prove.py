"""Adds to what was found what a validating resolver needs to believe it.

Denials are compact (RFC 9824): one NSEC record, made for the name that was asked, says
that it has not this type. It covers no other name, so that nothing can be listed, and
one signature is made where a chain of NSEC3 records would need three.
"""

from collections.abc import Callable, Iterable
from functools import partial

from ...wire.dns.block import Block
from ...wire.dns.codes import Type
from ...wire.dns.dnssec import next_name, type_bitmap
from ...wire.dns.records import ASKED_NAME_OCTETS, Records, RecordSet, StoredRun
from ...wire.dns.response import Sections
from ..protection.budget import Budget
from ..zones.keys import SigningKey
from ..zones.node import pack_record
from ..zones.resolve import ANSWERS, REFERRALS, Finding, Matter
from ..zones.zone import Zone
from .sign import period, signed_head, with_signature

RRSIG, NSEC = Type.RRSIG, Type.NSEC
ALWAYS = (RRSIG, NSEC)
HERE: frozenset[int] = frozenset(ALWAYS)
NOWHERE, AT_CUT = HERE | {Type.NXNAME}, HERE | {Type.NS}
AT_CUTS = frozenset((Type.NS, Type.DS))  # the parent's part of what is at a cut


def prove(
    finding: Finding,
    type_: int,
    now_s: int,
    says_nxdomain: bool = False,
    budget: Budget | None = None,
) -> Finding:
    """Return a finding with signatures and denials, if its zone is signed.

    Args:
        finding: what there is to a question.
        type_: what was asked for.
        now_s: seconds since 1970.
        says_nxdomain: whether the resolver takes the response code NXDOMAIN together
            with records that deny no more than a type (RFC 9824's CO flag).
        budget: of signatures for names that somebody may have made up.

    Raises:
        Spent: the budget is.
    """
    matter = finding.matter
    if matter is None or matter.zone.key is None:
        return finding
    zone, _, node = matter
    begin = None
    if budget is not None and (node is None or node.wildcard):
        begin = partial(budget.take, now_s)
    prover = _Prover(zone, matter.zone.key, period(now_s), begin)
    outcome, sections, scope, _, _, policy, site = finding
    answers, authorities, glue, additional = sections
    if outcome is REFERRALS:
        authorities = prover.delegation(matter, authorities)
    if answers:
        answers = prover.signed(answers)
    if outcome is REFERRALS or not authorities:
        proven = tuple.__new__(Sections, (answers, authorities, glue, additional))
        parts = outcome, proven, scope, matter, False, policy, site
        return tuple.__new__(Finding, parts)
    denial = prover.denial(matter, with_record=type_ != RRSIG)
    if type_ in ALWAYS:
        # Every name has an NSEC record and its signature: nothing is denied.
        proven = Sections(answers + denial)
        return Finding(ANSWERS, proven, scope, matter)
    denied = prover.signed(authorities) + denial
    proven = tuple.__new__(Sections, (answers, denied, glue, additional))
    parts = outcome, proven, scope, matter, not says_nxdomain, "", ""
    return tuple.__new__(Finding, parts)


class _Prover:
    """A zone, its key, and the second from which its signatures are given out.

    `begin` is called before a signature is made, and may raise an error.
    """

    __slots__ = ("_begin", "_key", "_start_s", "_zone")

    def __init__(
        self,
        zone: Zone,
        key: SigningKey,
        start_s: int,
        begin: Callable[[], None] | None,
    ) -> None:
        self._zone, self._key, self._start_s, self._begin = zone, key, start_s, begin

    def signed(self, section: Iterable[Records]) -> tuple[Records, ...]:
        """Return all of a section, each set followed by its signature."""
        found: list[Records] = []
        for records in section:
            if isinstance(records, Block):
                found.append(records.remade(self._start_s, self._with_signature))
            elif isinstance(records, RecordSet):
                found += self._with_signature(records)
        return tuple(found)

    def _with_signature(self, records: RecordSet) -> tuple[Records, ...]:
        apex = self._zone.apex
        return with_signature(records, apex, self._key, self._start_s, self._begin)

    def denial(self, matter: Matter, with_record: bool = True) -> tuple[Records, ...]:
        """Return the proof that a name has not more types than it has.

        Args:
            matter: has the name.
            with_record: whether the record is given, not its signature alone.
        """
        _, name, node = matter
        if name is None:
            return ()
        types, keep = NOWHERE, False  # nobody asks for a made-up name twice
        if node is not None:
            here = AT_CUTS.intersection(node.types()) if node.is_cut else node.types()
            types, keep = HERE.union(here), not node.wildcard
        record, signature = self._nsec(name, types, keep)
        if with_record:
            return (StoredRun(name, record + signature, 2),)
        return (StoredRun(name, signature, 1),)

    def delegation(
        self, matter: Matter, servers: tuple[Records, ...]
    ) -> tuple[Records, ...]:
        """Return a child's servers with its digests, or the proof of none."""
        node = matter.node
        [block] = servers
        if node is None or not isinstance(block, Block):
            return servers

        def proven(records: RecordSet) -> Iterable[Records]:
            digests = node.find(Type.DS)
            if isinstance(digests, RecordSet):
                return records, *self._with_signature(digests)
            nsec = self._nsec(node.owner, AT_CUT, keep=True)
            return records, StoredRun(node.owner, b"".join(nsec), 2)

        return (block.remade(self._start_s, proven),)

    def _nsec(
        self, owner: bytes, types: frozenset[int], keep: bool
    ) -> tuple[bytes, bytes]:
        """Return a record that denies all other types at a name, and its signature."""
        key, zone, begin = self._key, self._zone, self._begin
        # RFC 9077: as long as other negative answers are kept.
        ttl_s = zone.negative_ttl_s
        record = pack_record(NSEC, ttl_s, next_name(owner) + type_bitmap(types))
        head = signed_head(owner, NSEC, ttl_s, zone.apex, key.tag, self._start_s)
        signed = head + owner + record[ASKED_NAME_OCTETS:]
        if keep:
            signature = key.sign(signed, begin)
        else:
            if begin is not None:
                begin()
            signature = key.sign_once(signed)
        return record, pack_record(RRSIG, ttl_s, head + signature)

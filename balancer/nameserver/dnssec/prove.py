"""Adds to what was found what a validating resolver needs to believe it.

Denials are compact (RFC 9824): one NSEC record, made for the name that was asked, says
that it has not this type. It covers no other name, so that nothing can be listed, and
one signature is made where a chain of NSEC3 records would need three.
"""

from collections.abc import Iterable
from dataclasses import replace

from ...wire.dns.codes import Type
from ...wire.dns.dnssec import next_name, type_bitmap
from ...wire.dns.records import OpaqueData, RecordSet
from ...wire.dns.response import Sections
from ..resolve import Finding, Matter, Outcome
from ..zones.zone import Zone
from .keys import SigningKey
from .sign import period, signature

ALWAYS = (Type.RRSIG, Type.NSEC)
AT_CUTS = {Type.NS, Type.DS}  # the parent's part of what is at a cut


def prove(
    finding: Finding, type_: int, now_s: int, says_nxdomain: bool = False
) -> Finding:
    """Return a finding with signatures and denials, if its zone is signed.

    Args:
        finding: what there is to a question.
        type_: what was asked for.
        now_s: seconds since 1970.
        says_nxdomain: whether the resolver takes the response code NXDOMAIN together
            with records that deny no more than a type (RFC 9824's CO flag).
    """
    matter = finding.matter
    if matter is None or matter.zone.key is None:
        return finding
    prover = _Prover(matter.zone, matter.zone.key, now_s)
    sections = finding.sections
    if finding.outcome is Outcome.REFERRALS:
        authorities = (*sections.authorities, *prover.delegation(matter))
        return replace(finding, sections=replace(sections, authorities=authorities))
    answers = prover.signed(sections.answers)
    if not sections.authorities:
        return replace(finding, sections=replace(sections, answers=answers))
    denial = prover.denial(matter)
    if type_ in ALWAYS:
        # Every name has an NSEC record and its signature: nothing is denied.
        found = tuple(each for each in denial if each.type == type_)
        proven = Sections(answers + (denial if type_ == Type.NSEC else found))
        return replace(finding, outcome=Outcome.ANSWERS, sections=proven)
    authorities = prover.signed(sections.authorities) + denial
    proven = replace(sections, answers=answers, authorities=authorities)
    return replace(finding, sections=proven, hides_nxdomain=not says_nxdomain)


class _Prover:
    """A zone, its key and the time."""

    def __init__(self, zone: Zone, key: SigningKey, now_s: int) -> None:
        self._zone, self._key, self._now_s = zone, key, now_s

    def signed(
        self, sets: Iterable[RecordSet], keep: bool = True
    ) -> tuple[RecordSet, ...]:
        """Return each set, followed by its signature."""
        found = []
        for records in sets:
            if records is self._zone.negative:
                made = self._of_negative()
            else:
                made = self._signature(records, keep)
            found += [records, made]
        return tuple(found)

    def _signature(self, records: RecordSet, keep: bool) -> RecordSet:
        return signature(records, self._zone.apex, self._key, self._now_s, keep)

    def _of_negative(self) -> RecordSet:
        """Return the signature that all negative answers have."""
        known, at = self._zone.negative_signatures, period(self._now_s)
        if at not in known:
            known.clear()
            known[at] = self._signature(self._zone.negative, keep=True)
        return known[at]

    def denial(self, matter: Matter) -> tuple[RecordSet, ...]:
        """Return the proof that a name has not more types than it has."""
        if matter.name is None:
            return ()
        node = matter.node
        if node is None:
            # Nobody asks for a made-up name twice.
            return self._nsec(matter.name, (*ALWAYS, Type.NXNAME), keep=False)
        types = set(node.types())
        if node.is_cut:
            types &= AT_CUTS
        return self._nsec(matter.name, (*types, *ALWAYS), keep=not node.wildcard)

    def delegation(self, matter: Matter) -> tuple[RecordSet, ...]:
        """Return the child's digests, or the proof that there are none."""
        node = matter.node
        if node is None:
            return ()
        digests = node.find(Type.DS)
        if isinstance(digests, RecordSet):
            return self.signed((digests,))
        return self._nsec(node.owner, (Type.NS, *ALWAYS))

    def _nsec(
        self, owner: bytes, types: Iterable[int], keep: bool = True
    ) -> tuple[RecordSet, ...]:
        rdata = OpaqueData(next_name(owner) + type_bitmap(frozenset(types)))
        # RFC 9077: as long as other negative answers are kept.
        ttl_s = self._zone.negative.ttl_s
        return self.signed((RecordSet(owner, Type.NSEC, ttl_s, (rdata,)),), keep)

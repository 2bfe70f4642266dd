"""From a question to records: follows aliases, refers, says what does not exist."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..wire.dns.codes import Class, Rcode, Type
from ..wire.dns.query import Question
from ..wire.dns.records import NameData, RecordSet
from ..wire.dns.response import NO_RECORDS, Sections
from .policies import ClientAddress
from .zone import Cut, Node, Steered, Zone, find_zone

MAX_ALIASES = 8


class Outcome(StrEnum):
    """What became of a query; each has a counter of this name."""

    ANSWERS = "answers"
    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    REFERRALS = "referrals"
    REFUSED = "refused"
    FORMERR = "formerr"
    NOTIMP = "notimp"
    BADVERS = "badvers"


@dataclass(frozen=True, slots=True)
class Finding:
    """The records for a question, and the scope on which they are the same."""

    outcome: Outcome
    sections: Sections = NO_RECORDS
    scope_prefix_length: int = 0

    @property
    def rcode(self) -> Rcode:
        """The response code of this outcome."""
        return RCODES.get(self.outcome, Rcode.NOERROR)

    @property
    def authoritative(self) -> bool:
        """Whether the answer is ours: a referral or an error is not."""
        return self.outcome in (Outcome.ANSWERS, Outcome.NXDOMAIN, Outcome.NODATA)


RCODES = {
    Outcome.NXDOMAIN: Rcode.NXDOMAIN,
    Outcome.REFUSED: Rcode.REFUSED,
    Outcome.FORMERR: Rcode.FORMERR,
    Outcome.NOTIMP: Rcode.NOTIMP,
    Outcome.BADVERS: Rcode.BADVERS,
}


def resolve(
    zones: Mapping[bytes, Zone], question: Question, client: ClientAddress
) -> Finding:
    """Return what our zones say to a question; zones that are not ours are refused."""
    name = question.name.lower()
    zone = find_zone(zones, name)
    if zone is None or question.class_ != Class.IN:
        return Finding(Outcome.REFUSED)
    if question.type in (Type.AXFR, Type.IXFR):
        return Finding(Outcome.REFUSED)
    aliases: tuple[RecordSet, ...] = ()
    while True:
        found = zone.find(name, question.type)
        alias = found.alias(question.type) if isinstance(found, Node) else None
        if alias is None:
            return _finding(zone, found, question.type, client, aliases)
        aliases += (alias,)
        name = _target(alias)
        if len(aliases) == MAX_ALIASES or not zone.holds(name):
            return Finding(Outcome.ANSWERS, Sections(answers=aliases))


def answer_sections(
    zone: Zone, records: RecordSet, aliases: tuple[RecordSet, ...] = ()
) -> Sections:
    """Return the sections of an answer; name servers come with their addresses."""
    additional = zone.addresses(records) if records.type == Type.NS else ()
    return Sections((*aliases, records), additional=additional)


def _finding(
    zone: Zone,
    found: Cut | Node | None,
    type_: int,
    client: ClientAddress,
    aliases: tuple[RecordSet, ...],
) -> Finding:
    if found is None:
        return Finding(Outcome.NXDOMAIN, Sections(aliases, (zone.negative,)))
    if isinstance(found, Cut):
        return _referral(found, aliases)
    records = found.find(type_)
    if records is None:
        outcome = Outcome.ANSWERS if aliases else Outcome.NODATA
        return Finding(outcome, Sections(aliases, (zone.negative,)))
    if isinstance(records, Steered):
        chosen, scope = records.choose(client)
        sections = answer_sections(zone, chosen, aliases)
        return Finding(Outcome.ANSWERS, sections, scope)
    return Finding(Outcome.ANSWERS, answer_sections(zone, records, aliases))


def _referral(cut: Cut, aliases: tuple[RecordSet, ...]) -> Finding:
    # An alias into a delegated zone is answered alone: the resolver asks on from it.
    if aliases:
        return Finding(Outcome.ANSWERS, Sections(answers=aliases))
    sections = Sections(authorities=(cut.servers,), glue=cut.glue)
    return Finding(Outcome.REFERRALS, sections)


def _target(alias: RecordSet) -> bytes:
    data = alias.data[0]
    if not isinstance(data, NameData):
        raise TypeError(f"CNAME with {data!r}")
    return data.target

"""Answers that need at most one signature that is not kept: found, then written.

They are most answers, and nearly all that made-up names get: denials, what a wildcard
stands for, and an alias with all that is kept about where it leads. In a signed zone
each of these needs a signature of its own, after which the processor's caches have
little left of anything else: what goes by few functions costs half. What they say is
what `Considered` says, octet for octet.
"""

from functools import partial
from typing import NamedTuple

from ...wire.dns.codes import Class, Rcode, Type
from ...wire.dns.names import ROOT
from ...wire.dns.query import (
    AUTHORITATIVE,
    CHECKING_DISABLED,
    HEADER,
    QUESTION,
    RECURSION_DESIRED,
    RESPONSE,
    TRUNCATED,
    Query,
)
from ...wire.dns.records import STORED_RECORD, RecordSet, StoredData
from ..content.authority import Authority
from ..dnssec.prover import NOWHERE, Prover, prover_of, types_at
from ..protection.budget import NOTHING, Spent, is_light
from ..transfer.axfr import TRANSFERS
from ..zones.finding import Outcome, likeness
from ..zones.node import ALIAS, CUT, PLAIN, Node
from ..zones.resolve import behind
from ..zones.steered import Steered
from ..zones.zone import Zone, Zones
from .answered import NO_CHOICE, Answer, Choice, answered, cut, limit_octets
from .options import NOTHING_ASKED, OWN_OPT, Asked, asker_of, own_opt
from .trail import Trail, find_trail

IN, CNAME = Class.IN, Type.CNAME
# Their records are not stored, or are everywhere.
NEVER = {*TRANSFERS, Type.NXNAME, Type.RRSIG, Type.NSEC}
# Answers, authorities, additional records, and their octets.
Put = tuple[int, int, int, bytes]
NO_ROOM: Put = 0, 0, 0, b""
ELSEWHERE = CUT, PLAIN + ALIAS  # how nodes begin that lead there
LENGTH = STORED_RECORD.size - 2  # where a record's is
ANSWERS, NODATA, NXDOMAIN = Outcome.ANSWERS, Outcome.NODATA, Outcome.NXDOMAIN


class Direct(NamedTuple):
    """A query, and what stands under its name, not yet signed or written.

    Args:
        query: of class IN.
        asked: its options.
        zone: what answers.
        name: in lower case.
        node: what answers for the name; None: it does not exist.
        records: as zones hold them; None: there are none of this type.
        outcome: what becomes of the query.
        choice: what a policy made.
        trail: where an alias leads, if it is one.
    """

    query: Query
    asked: Asked
    zone: Zone
    name: bytes
    node: Node | None
    records: RecordSet | None
    outcome: Outcome
    choice: Choice = NO_CHOICE
    trail: Trail | None = None

    @property
    def is_proven(self) -> bool:
        """Whether a cookie showed that the source address is the client's."""
        return self.asked.cookie is not None and self.asked.cookie.is_proven

    @property
    def likeness(self) -> bytes:
        """What responses of the same content share, however one asks for them."""
        _, _, zone, name, node, _, outcome, _, trail = self
        if node is not None and trail is not None:
            node = behind(node, trail.matter.node)
        return likeness(outcome, zone, node, name)

    def answer(self, wire: bytes, is_truncated: bool = False) -> Answer:
        """Return the answer that is written so."""
        query, asked, _, _, _, _, outcome, choice, _ = self
        return answered(query, asked, wire, outcome, is_truncated, choice)

    def write(self, authority: Authority, now_s: int, stream: bool = False) -> Answer:
        """Sign, if that is wanted, and write the response.

        Args:
            authority: what is answered from.
            now_s: seconds since 1970, for signatures.
            stream: whether it goes by TCP, where nothing is truncated.
        """
        query, asked, zone, _, node, _, outcome, choice, trail = self
        edns, opt, budget = query.edns, b"", None
        if edns is not None:
            if asked is NOTHING_ASKED:
                opt = OWN_OPT[edns.dnssec_ok]
            else:
                opt = own_opt(authority, edns, asked, choice[2], stream)
            if edns.dnssec_ok:
                # Who comes by TCP, or returns our cookie, is where it says it is.
                is_proven = stream or (asked.cookie and asked.cookie.is_proven)
                if not is_proven:
                    choices = 0 if trail is None else trail.choices
                    light = is_light(query, choices)
                    budget = authority.budget if light else NOTHING
        try:
            prover = None
            if edns is not None and edns.dnssec_ok:
                prover = prover_of(zone, node, now_s, budget)
            wire, is_truncated = self._write(opt, limit_octets(edns, stream), prover)
        except Spent:
            # With the cookie, whose return would have spared the budget.
            wire, is_truncated = cut(query, opt), True
        return answered(query, asked, wire, outcome, is_truncated, choice)

    def _write(
        self, opt: bytes, limit: int, prover: Prover | None
    ) -> tuple[bytes, bool]:
        """Return the message in at most `limit` octets, and whether it is truncated."""
        (identifier, asked_flags, *_), (name, type_, class_), edns, *_ = self.query
        question = name + QUESTION.pack(type_, class_)
        room = limit - HEADER.size - len(question) - len(opt)
        if self.trail is not None:
            put = self._alias
        else:
            put = self._denial if self.records is None else self._answer
        answers, authorities, additionals, records = put(room, prover)
        flags = RESPONSE | AUTHORITATIVE | asked_flags & RECURSION_DESIRED
        if prover is not None:
            flags |= asked_flags & CHECKING_DISABLED
        # RFC 9824, section 5: who gets a signed denial asks for the code, too.
        is_said = prover is None or (edns is not None and edns.compact_ok)
        if self.outcome is NXDOMAIN and is_said:
            flags |= Rcode.NXDOMAIN
        if not records:
            flags |= TRUNCATED
        if opt:
            additionals += 1
        counts = 1, answers, authorities, additionals
        header = HEADER.pack(identifier, flags, *counts)
        return header + question + records + opt, not records

    def _answer(self, room: int, prover: Prover | None) -> Put:
        """Return the records, with their signature; b"": there is not room for them."""
        records = self.records
        if records is None or not isinstance(records.data, StoredData):
            raise TypeError(f"not as zones hold them: {records!r}")
        size, octets = records.data.size, records.data.octets
        if prover is None:
            return (size, 0, 0, octets) if len(octets) <= room else NO_ROOM
        signature = prover.signature(self.name, records, room - len(octets))
        return NO_ROOM if signature is None else (size + 1, 0, 0, octets + signature)

    def _denial(self, room: int, prover: Prover | None) -> Put:
        """Return what says that there are no records, as `_answer` returns them."""
        _, _, zone, name, node, *_ = self
        negative = zone.negative
        if prover is None:
            octets = negative.behind(name)
            return (0, negative.size, 0, octets) if len(octets) <= room else NO_ROOM
        negative = negative.remade(prover.start_s, prover.with_signature)
        octets = negative.behind(name)
        types, keep = NOWHERE, False  # nobody makes a name up twice
        if node is not None:
            types, keep = types_at(node), not node.wildcard
        nsec = prover.denial(name, types, keep, room - len(octets))
        if nsec is None:
            return NO_ROOM
        return 0, negative.size + 2, 0, octets + nsec[0] + nsec[1]

    def _alias(self, room: int, prover: Prover | None) -> Put:
        """Return the alias and what is told behind it, as `_answer` returns records."""
        if self.trail is None:
            raise TypeError("no alias")
        start_s = None if prover is None else prover.start_s
        ending = self.trail.ending(self.query.question.type, start_s)
        alias, answers, authorities, additionals, needed, whole = ending
        if needed.least_octets > room:
            return NO_ROOM
        octets = whole.behind(self.name)
        if len(octets) > room:
            octets, additionals = needed.behind(self.name), 0
            if len(octets) > room:
                return NO_ROOM
        if prover is not None:
            # In the place of the wildcard's, which is as long.
            signature = prover.signature(self.name, alias, room)
            if signature is None:
                return NO_ROOM
            start = STORED_RECORD.size + (octets[LENGTH] << 8 | octets[LENGTH + 1])
            octets = octets[:start] + signature + octets[start + len(signature) :]
        return answers, authorities, additionals, octets


def find_direct(zones: Zones, query: Query, source: str, asked: Asked) -> Direct | None:
    """Return what stands under the name that a query asks for; None: it is not alike.

    Delegations lead elsewhere, and some records have names in them that responses
    compress.

    Args:
        zones: what is answered from.
        query: what is answered.
        source: the address that it came from, as text.
        asked: its options.
    """
    name, type_, class_ = query.question
    name = name.lower()
    if class_ != IN or type_ in NEVER or name == ROOT:
        return None
    zone, node = zones.find_node(name, type_)
    if zone is None:
        return None
    records, choice, outcome = None, NO_CHOICE, NXDOMAIN
    if node is not None:
        if node.packed.startswith(ELSEWHERE) or CNAME in node.steered:
            return _find_alias(zone, query, source, asked, name, node)
        found = node.find(type_)
        if isinstance(found, Steered):
            records, choice = _choose(found, name, source, asked)
            if records is None:
                node = node.without(found.records.type)
        elif found is not None and not isinstance(found.data, StoredData):
            return None
        else:
            records = found
        outcome = NODATA if records is None else ANSWERS
    parts = query, asked, zone, name, node, records, outcome, choice, None
    return tuple.__new__(Direct, parts)


def _find_alias(
    zone: Zone, query: Query, source: str, asked: Asked, name: bytes, node: Node
) -> Direct | None:
    if node.packed.startswith(CUT):
        return None
    ask = partial(asker_of, source, asked)
    trail = find_trail(zone, name, node, query.question.type, ask)
    if trail is None:
        return None
    if not trail.aliases:
        node = node.without(CNAME)
        return Direct(query, asked, zone, name, node, None, NODATA)
    choice, outcome = _told(trail.choice, asked), trail.outcome
    parts = query, asked, zone, name, node, None, outcome, choice, trail
    return tuple.__new__(Direct, parts)


def _told(choice: Choice, asked: Asked) -> Choice:
    """Return a choice as it is told to who asks."""
    if asked.subnet is not None and asked.subnet.source_prefix_length:
        return choice
    # RFC 7871 7.1.2: who tells nothing of the client is told nothing.
    return choice[0], choice[1], 0


def _choose(
    steered: Steered, owner: bytes, source: str, asked: Asked
) -> tuple[RecordSet | None, Choice]:
    records, scope, site = steered.choose(asker_of(source, asked), owner)
    if records is None:
        return None, NO_CHOICE
    return records, _told((steered.seat.spec.kind, site, scope), asked)

"""Signatures and denials of one zone, step by step, for who puts an answer together.

Denials are compact (RFC 9824): one NSEC record, made for the name that was asked, says
that it has not this type. It covers no other name, so that nothing can be listed, and
one signature is made where a chain of NSEC3 records would need three.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from ...wire.dns.block import Block
from ...wire.dns.codes import Class, Type
from ...wire.dns.dnssec import next_name, type_bitmap
from ...wire.dns.records import (
    ASKED_NAME,
    ASKED_NAME_OCTETS,
    STORED_RECORD,
    Records,
    RecordSet,
    StoredRun,
)
from ..protection.budget import NOTHING, Budget, Spent
from ..zones.keys import SigningKey
from ..zones.node import Node
from ..zones.zone import Zone
from .sign import PERIOD_S, RRSIG_OCTETS, signature_of, signed_head, with_signature

RRSIG, NSEC, IN = Type.RRSIG, Type.NSEC, Class.IN
ALWAYS = (RRSIG, NSEC)
HERE: frozenset[int] = frozenset(ALWAYS)
NOWHERE, AT_CUT = HERE | {Type.NXNAME}, HERE | {Type.NS}
AT_CUTS = frozenset((Type.NS, Type.DS))  # the parent's part of what is at a cut
ANY_SIZE = 1 << 17  # longer than two records ever are


def prover_of(
    zone: Zone, node: Node | None, now_s: int, budget: Budget | None
) -> "Prover | None":
    """Return what proves answers about a name; None: its zone is not signed.

    Args:
        zone: the name is in it.
        node: what answers for the name; None: it does not exist.
        now_s: seconds since 1970.
        budget: of signatures for names that somebody may have made up.

    Raises:
        Spent: there is nothing in it for anybody.
    """
    if zone.key is None:
        return None
    begin = None
    if budget is not None and (node is None or node.wildcard):
        if budget is NOTHING:
            raise Spent
        begin = partial(budget.take, now_s)
    start_s = now_s - now_s % PERIOD_S
    return tuple.__new__(Prover, (zone, zone.key, start_s, begin))


class Prover(NamedTuple):
    """A zone, its key, and the second from which its signatures are given out.

    `begin` is called before a signature is made, and may raise an error. A tuple, as
    many queries make one.
    """

    zone: Zone
    key: SigningKey
    start_s: int
    begin: Callable[[], None] | None = None

    def signed(self, section: Iterable[Records]) -> tuple[Records, ...]:
        """Return all of a section, each set followed by its signature."""
        found: list[Records] = []
        for records in section:
            if isinstance(records, Block):
                found.append(records.remade(self.start_s, self.with_signature))
            elif isinstance(records, RecordSet):
                found += self.with_signature(records)
        return tuple(found)

    def with_signature(self, records: RecordSet) -> tuple[Records, ...]:
        """Return a set and its signature."""
        zone, key, start_s, begin = self
        return with_signature(records, zone.apex, key, start_s, begin)

    def signature(self, name: bytes, stored: RecordSet, room: int) -> bytes | None:
        """Return the signature's record of a set that stands under the asked name.

        Args:
            name: what was asked, in lower case.
            stored: the set, as zones hold it.
            room: how many octets there is room for.

        Returns:
            None where it is longer, before it is made.
        """
        zone, key, start_s, begin = self
        if RRSIG_OCTETS + len(zone.apex) > room:
            return None
        return signature_of(name, stored, zone.apex, key, start_s, begin)

    def delegation(
        self, node: Node | None, servers: tuple[Records, ...]
    ) -> tuple[Records, ...]:
        """Return a child's servers with its digests, or the proof of none."""
        [block] = servers
        if node is None or not isinstance(block, Block):
            return servers

        def proven(records: RecordSet) -> Iterable[Records]:
            digests = node.find(Type.DS)
            if isinstance(digests, RecordSet):
                return records, *self.with_signature(digests)
            nsec = self.denial(node.owner, AT_CUT, keep=True) or ()
            return records, StoredRun(node.owner, b"".join(nsec), len(nsec))

        return (block.remade(self.start_s, proven),)

    def denial(
        self, name: bytes, types: frozenset[int], keep: bool, room: int = ANY_SIZE
    ) -> tuple[bytes, ...] | None:
        """Return the record that denies all other types, and its signature's.

        Args:
            name: what was asked, in lower case.
            types: what there is.
            keep: whether somebody may ask for the name again.
            room: how many octets there is room for.

        Returns:
            None where they are longer, before they are made.
        """
        zone, key, start_s, begin = self
        # RFC 9077: as long as other negative answers are kept.
        apex, ttl_s = zone.apex, zone.negative.sets[0].ttl_s
        data = next_name(name) + type_bitmap(types)
        record = STORED_RECORD.pack(ASKED_NAME, NSEC, IN, ttl_s, len(data)) + data
        head = signed_head(name, NSEC, ttl_s, apex, key.tag, start_s)
        if len(record) + RRSIG_OCTETS + len(apex) > room:
            return None
        signed = head + name + record[ASKED_NAME_OCTETS:]
        if keep:
            signature = key.sign(signed, begin)
        else:
            if begin is not None:
                begin()
            signature = key.sign_once(signed)
        data = head + signature
        return record, STORED_RECORD.pack(
            ASKED_NAME, RRSIG, IN, ttl_s, len(data)
        ) + data


def types_at(node: Node | None) -> frozenset[int]:
    """Return the types that an NSEC record says that a name has.

    Args:
        node: what answers for it; None: it does not exist.
    """
    if node is None:
        return NOWHERE
    here = AT_CUTS.intersection(node.types()) if node.is_cut else node.types()
    return HERE.union(here)

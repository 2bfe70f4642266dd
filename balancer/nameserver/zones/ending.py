"""Aliases and all that is told behind them, written once for each place."""

from typing import NamedTuple

from ...wire.dns.block import Block
from ...wire.dns.codes import Type
from ...wire.dns.records import RecordSet
from ...wire.dns.response import Sections
from .aliases import target_of
from .node import stored_set


class Ending(NamedTuple):
    """The records of a response that begins with an alias.

    Args:
        alias: the first, in the form in which it is signed.
        answers: how many records there are.
        authorities: as well.
        additionals: as well, which are left out where there is no room.
        needed: all but those.
        whole: all of them.
    """

    alias: RecordSet
    answers: int
    authorities: int
    additionals: int
    needed: Block
    whole: Block

    @classmethod
    def of(cls, sections: Sections) -> "Ending":
        """Return the ending of these sections, whose first record is an alias.

        They have no glue: who knows the alias can ask for what is behind it.
        """
        answers, authorities, _, additional = sections
        needed = Block(answers + authorities)
        whole = Block((*needed.records, *additional)) if additional else needed
        first = needed.sets[0]
        alias = stored_set(first.owner, Type.CNAME, first.ttl_s, target_of(first))
        told = sum(each.size for each in answers)
        counts = told, needed.size - told, whole.size - needed.size
        return cls(alias, *counts, needed, whole)

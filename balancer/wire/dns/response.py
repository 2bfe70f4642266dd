"""Responses: records around an echoed question, cut down to what the client takes."""

from collections.abc import Iterable
from typing import NamedTuple

from .codes import Rcode
from .edns import Edns
from .query import (
    AUTHORITATIVE,
    HEADER,
    OPCODE_SHIFT,
    QUESTION,
    RECURSION_DESIRED,
    RESPONSE,
    TRUNCATED,
    Header,
    Question,
)
from .records import Records
from .writer import Writer

LOW_RCODE, LOW_RCODE_BITS = 0xF, 4
OPCODE = 0xF << OPCODE_SHIFT  # 0 is QUERY


class Sections(NamedTuple):
    """The records of a response; a tuple, as each query makes some.

    `glue` is needed to follow a referral: a response without it is truncated
    (RFC 9471). `additional` is a courtesy that is left out when it does not fit.
    """

    answers: tuple[Records, ...] = ()
    authorities: tuple[Records, ...] = ()
    glue: tuple[Records, ...] = ()
    additional: tuple[Records, ...] = ()

    @property
    def least_octets(self) -> int:
        """How long the records are at least that cannot be left out."""
        octets = 0
        for records in self.answers + self.authorities + self.glue:
            octets += records.least_octets
        return octets


NO_RECORDS = Sections()


class Response(NamedTuple):
    """A response to the query with header `asked`.

    The high bits of its rcode go into `edns`, which a rcode above 15 needs.
    """

    asked: Header
    question: Question | None
    rcode: Rcode
    sections: Sections = NO_RECORDS
    authoritative: bool = False
    edns: Edns | None = None

    def to_wire(self, limit: int) -> tuple[bytes, bool]:
        """Return the message in at most `limit` octets, and whether it is truncated.

        What does not fit is left out whole, with TC set (RFC 2181, section 9): some
        resolvers use a part of an answer as if it were all of it.
        """
        if self.sections.least_octets > limit:
            return self.cut(), True
        wire = self._pack(self.sections)
        if len(wire) > limit and self.sections.additional:
            wire = self._pack(self.sections._replace(additional=()))
        if len(wire) > limit:
            return self.cut(), True
        return wire, False

    def cut(self) -> bytes:
        """Return the message without records, truncated."""
        return self._pack(NO_RECORDS, TRUNCATED)

    def _pack(self, sections: Sections, flags: int = 0) -> bytes:
        answers, authorities, additional = (
            sections.answers,
            sections.authorities,
            sections.glue + sections.additional,
        )
        header = HEADER.pack(
            self.asked.identifier,
            self._flags() | flags,
            0 if self.question is None else 1,
            _count(answers),
            _count(authorities),
            _count(additional) + (self.edns is not None),
        )
        writer = Writer(header)
        if self.question is not None:
            name, type_, class_ = self.question
            writer.put_question_name(name)
            writer.put(QUESTION.pack(type_, class_))
        for records in answers + authorities + additional:
            records.write(writer)
        if self.edns is not None:
            high_rcode = int(self.rcode) >> LOW_RCODE_BITS
            edns = self.edns
            if high_rcode:
                edns = edns._replace(extended_rcode=high_rcode)
            writer.put(edns.to_wire())
        return bytes(writer.octets)

    def _flags(self) -> int:
        asked = self.asked.flags
        flags = RESPONSE | asked & OPCODE | int(self.rcode) & LOW_RCODE
        if self.authoritative:
            flags |= AUTHORITATIVE
        # RD means something in a QUERY only; elsewhere the bit is not ours to echo.
        if not asked & OPCODE:
            flags |= asked & RECURSION_DESIRED
        return flags


def _count(section: Iterable[Records]) -> int:
    size = 0
    for records in section:
        size += records.size
    return size

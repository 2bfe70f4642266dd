"""Responses: records around an echoed question, cut down to what the client takes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from .codes import Opcode, Rcode
from .edns import Edns
from .query import (
    AUTHORITATIVE,
    OPCODE_SHIFT,
    QUESTION,
    RECURSION_DESIRED,
    RESPONSE,
    TRUNCATED,
    Header,
    Question,
)
from .records import RecordSet
from .writer import Writer

LOW_RCODE = 0xF


@dataclass(frozen=True, slots=True)
class Sections:
    """The records of a response.

    `glue` is needed to follow a referral: a response without it is truncated
    (RFC 9471). `additional` is a courtesy that is left out when it does not fit.
    """

    answers: tuple[RecordSet, ...] = ()
    authorities: tuple[RecordSet, ...] = ()
    glue: tuple[RecordSet, ...] = ()
    additional: tuple[RecordSet, ...] = ()


NO_RECORDS = Sections()


@dataclass(frozen=True, slots=True)
class Response:
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
        if _least_octets(self.sections) > limit:
            return self.cut(), True
        wire = self._pack(self.sections)
        if len(wire) > limit and self.sections.additional:
            wire = self._pack(replace(self.sections, additional=()))
        if len(wire) > limit:
            return self.cut(), True
        return wire, False

    def cut(self) -> bytes:
        """Return the message without records, truncated."""
        return self._pack(NO_RECORDS, TRUNCATED)

    def _pack(self, sections: Sections, flags: int = 0) -> bytes:
        additional = sections.glue + sections.additional
        header = Header(
            self.asked.identifier,
            self._flags() | flags,
            0 if self.question is None else 1,
            _count(sections.answers),
            _count(sections.authorities),
            _count(additional) + (self.edns is not None),
        )
        writer = Writer(header.to_wire())
        if self.question is not None:
            writer.put_question_name(self.question.name)
            writer.put(QUESTION.pack(self.question.type, self.question.class_))
        for record_set in sections.answers + sections.authorities + additional:
            record_set.write(writer)
        if self.edns is not None:
            high_rcode = self.rcode >> LOW_RCODE.bit_length()
            writer.put(replace(self.edns, extended_rcode=high_rcode).to_wire())
        return bytes(writer.octets)

    def _flags(self) -> int:
        flags = RESPONSE | self.asked.opcode << OPCODE_SHIFT | self.rcode & LOW_RCODE
        if self.authoritative:
            flags |= AUTHORITATIVE
        # RD means something in a QUERY only; elsewhere the bit is not ours to echo.
        if self.asked.opcode == Opcode.QUERY:
            flags |= self.asked.flags & RECURSION_DESIRED
        return flags


def _least_octets(sections: Sections) -> int:
    """Return how long the records are that cannot be left out."""
    needed = sections.answers + sections.authorities + sections.glue
    return sum(record_set.least_octets for record_set in needed)


def _count(record_sets: Iterable[RecordSet]) -> int:
    return sum(len(record_set.data) for record_set in record_sets)

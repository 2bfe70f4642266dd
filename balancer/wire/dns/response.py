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
NO_HEADER = bytes(HEADER.size)
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

    The high bits of its rcode go into `edns`, which a rcode above 15 needs. `tsig` is a
    whole record that comes last; a truncated response is without it.
    """

    asked: Header
    question: Question | None
    rcode: Rcode
    sections: Sections = NO_RECORDS
    authoritative: bool = False
    edns: Edns | None = None
    tsig: bytes = b""

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
        return self._replace(tsig=b"")._pack(NO_RECORDS, TRUNCATED)

    def _pack(self, sections: Sections, flags: int = 0) -> bytes:
        writer = Writer(NO_HEADER)
        questions = 0
        if self.question is not None:
            questions = 1
            name, type_, class_ = self.question
            writer.put_question_name(name)
            writer.put(QUESTION.pack(type_, class_))
        answers, authorities, glue, additional = sections
        counts = [_write(section, writer) for section in (answers, authorities)]
        additionals = _write(glue, writer) + _write(additional, writer)
        if self.edns is not None:
            additionals += 1
            high_rcode = int(self.rcode) >> LOW_RCODE_BITS
            edns = self.edns
            if high_rcode:
                edns = edns._replace(extended_rcode=high_rcode)
            writer.put(edns.to_wire())
        if self.tsig:
            additionals += 1
            writer.put(self.tsig)
        identifier, flags = self.asked.identifier, self._flags() | flags
        octets = writer.octets
        HEADER.pack_into(octets, 0, identifier, flags, questions, *counts, additionals)
        return bytes(octets)

    def _flags(self) -> int:
        asked = self.asked.flags
        flags = RESPONSE | asked & OPCODE | int(self.rcode) & LOW_RCODE
        if self.authoritative:
            flags |= AUTHORITATIVE
        # RD means something in a QUERY only; elsewhere the bit is not ours to echo.
        if not asked & OPCODE:
            flags |= asked & RECURSION_DESIRED
        return flags


def _write(section: Iterable[Records], writer: Writer) -> int:
    """Append a section, and return how many records it has."""
    size = 0
    for records in section:
        records.write(writer)
        size += records.size
    return size

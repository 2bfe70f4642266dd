"""Responses: records around an echoed question, cut down to what the client takes."""

from collections.abc import Iterable
from typing import NamedTuple

from .codes import Rcode
from .edns import with_high_rcode
from .query import (
    AUTHORITATIVE,
    CHECKING_DISABLED,
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
        answers, authorities, glue, _ = self
        octets = 0
        for records in answers + authorities + glue:
            octets += records.least_octets
        return octets


NO_RECORDS = Sections()


class Response(NamedTuple):
    """A response to the query with header `asked`.

    The high bits of its rcode go into `opt`, an OPT record, which a rcode above 15
    needs. `tsig` is a whole record that comes last; a truncated response is without it.
    `is_signed` says that there may be signatures, and then the CD bit is the query's.
    """

    asked: Header
    question: Question | None
    rcode: Rcode
    sections: Sections = NO_RECORDS
    authoritative: bool = False
    opt: bytes = b""
    tsig: bytes = b""
    is_signed: bool = False

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

    def _pack(self, sections: Sections, more_flags: int = 0) -> bytes:
        asked, question, rcode, _, authoritative, opt, tsig, is_signed = self
        writer = Writer(NO_HEADER)
        questions = 0
        if question is not None:
            questions = 1
            name, type_, class_ = question
            writer.put_question_name(name)
            writer.put(QUESTION.pack(type_, class_))
        answers, authorities, glue, additional = sections
        answered = _write(answers, writer) if answers else 0
        authority = _write(authorities, writer) if authorities else 0
        additionals = _write(glue, writer) if glue else 0
        additionals += _write(additional, writer) if additional else 0
        if opt:
            additionals += 1
            if rcode > LOW_RCODE:
                opt = with_high_rcode(opt, rcode >> LOW_RCODE_BITS)
            writer.put(opt)
        if tsig:
            additionals += 1
            writer.put(tsig)
        flags = response_flags(asked.flags, rcode) | more_flags
        if authoritative:
            flags |= AUTHORITATIVE
        if is_signed:
            flags |= asked.flags & CHECKING_DISABLED
        counts = questions, answered, authority, additionals
        octets = writer.octets
        HEADER.pack_into(octets, 0, asked.identifier, flags, *counts)
        return bytes(octets)


def response_flags(asked: int, rcode: int) -> int:
    """Return the flags of a response to a query with these, without authority."""
    flags = RESPONSE | asked & OPCODE | rcode & LOW_RCODE
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

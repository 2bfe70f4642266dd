"""Queries: one question, perhaps an OPT record; other messages are malformed."""

from struct import Struct
from typing import NamedTuple

from ...errors import WireError
from ..cursor import Cursor
from .codes import Class, Type
from .edns import Edns
from .names import ROOT, read_name, skip_name

HEADER = Struct("!HHHHHH")  # id, flags, counts: question, answer, authority, additional
QUESTION = Struct("!HH")  # type, class; behind the name
RECORD = Struct("!HHIH")  # type, class, TTL, rdata length; behind the name
SOA_NUMBERS = Struct("!I16x")  # the serial, and the four times behind it
RESPONSE = 0x8000
AUTHORITATIVE = 0x0400
TRUNCATED = 0x0200
RECURSION_DESIRED = 0x0100
OPCODE_SHIFT = 11
MAX_ADDITIONAL = 2  # an OPT and a TSIG record; more is nothing that we should parse


class Header(NamedTuple):
    """The first twelve octets of a message.

    As the others here a tuple, since each query makes one: a frozen record takes three
    times as long to make.
    """

    identifier: int
    flags: int
    questions: int = 0
    answers: int = 0
    authorities: int = 0
    additionals: int = 0

    @classmethod
    def from_wire(cls, data: bytes) -> "Header":
        """Read the header at the front of a message."""
        return cls(*Cursor(data).unpack(HEADER))

    def to_wire(self) -> bytes:
        """Return the twelve octets."""
        return HEADER.pack(*self)

    @property
    def opcode(self) -> int:
        """The kind of query, an `Opcode` where we know it."""
        return self.flags >> OPCODE_SHIFT & 0xF


class Question(NamedTuple):
    """What is asked; `name` keeps the case in which it was sent."""

    name: bytes
    type: int
    class_: int = Class.IN

    @classmethod
    def read(cls, cursor: Cursor) -> "Question":
        """Read a question at the cursor."""
        return cls(read_name(cursor), *cursor.unpack(QUESTION))

    def to_wire(self) -> bytes:
        """Return name, type and class."""
        return self.name + QUESTION.pack(self.type, self.class_)


class Query(NamedTuple):
    """A message with one question.

    `known_serial` is of the zone that a secondary has, which asks for the difference.
    """

    header: Header
    question: Question
    edns: Edns | None = None
    known_serial: int | None = None

    @classmethod
    def from_wire(cls, data: bytes, header: Header | None = None) -> "Query":
        """Read a whole query; additional records other than OPT are skipped.

        Args:
            data: the message.
            header: its header, where that was read already.
        """
        if header is None:
            header = Header.from_wire(data)
        # The counts come first: who trusts them parses for as long as a sender likes.
        if header.questions != 1 or header.answers or header.authorities > 1:
            raise WireError("a query has one question and no records")
        if header.additionals > MAX_ADDITIONAL:
            raise WireError(f"{header.additionals} additional records in a query")
        cursor = Cursor(data, HEADER.size)
        question = Question.read(cursor)
        serial = None
        if header.authorities:
            serial = _read_serial(cursor, question)
        edns = read_additional(cursor, header.additionals)
        if cursor.remaining:
            raise WireError(f"{cursor.remaining} octets behind the message")
        return cls(header, question, edns, serial)

    def to_wire(self) -> bytes:
        """Return the message; its counts are those of the header."""
        opt = self.edns.to_wire() if self.edns else b""
        return self.header.to_wire() + self.question.to_wire() + opt


def make_query(identifier: int, question: Question, edns: Edns | None = None) -> Query:
    """Return a query with the counts that it needs, without recursion desired."""
    additionals = 0 if edns is None else 1
    return Query(Header(identifier, 0, 1, 0, 0, additionals), question, edns)


def read_additional(cursor: Cursor, count: int) -> Edns | None:
    """Read `count` additional records; return the OPT record, if there is one."""
    edns = None
    for _ in range(count):
        start = cursor.position
        skip_name(cursor)
        owner_octets = cursor.position - start
        type_, class_, ttl, length = cursor.unpack(RECORD)
        data = cursor.take(length)
        if type_ == Type.OPT:
            # RFC 6891 6.1.1: more than one OPT, or one not at the root, is FORMERR.
            if edns is not None or owner_octets != len(ROOT):
                raise WireError("more than one OPT record, or one not at the root")
            edns = Edns.from_fields(class_, ttl, data)
    return edns


def _read_serial(cursor: Cursor, question: Question) -> int:
    """Read the SOA record in a query for the difference to it (RFC 1995)."""
    if question.type != Type.IXFR:
        raise WireError("a query has no authority records")
    skip_name(cursor)
    type_, _, _, length = cursor.unpack(RECORD)
    rdata = cursor.take(length)
    if type_ != Type.SOA or length < SOA_NUMBERS.size:
        raise WireError("no SOA record in a query for a difference")
    [serial] = Cursor(rdata[-SOA_NUMBERS.size :]).unpack(SOA_NUMBERS)
    return serial

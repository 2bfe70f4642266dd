"""Queries: one question, perhaps an OPT record; other messages are malformed."""

import re
from struct import Struct
from typing import NamedTuple

from ...errors import WireError
from ..cursor import Cursor
from .codes import Class, Type
from .edns import Edns
from .names import MAX_NAME_OCTETS, NAME_OR_POINTER, ROOT, WHOLE_NAME, read_name
from .tsig import unknown_key

HEADER = Struct("!HHHHHH")  # id, flags, counts: question, answer, authority, additional
QUESTION = Struct("!HH")  # type, class; behind the name
# A question, and perhaps an OPT record at the root, whose options come last.
USUAL = re.compile(b"(%s)(.{4})(?:\\0\\0\\x29(.{8})(.*))?\\Z" % WHOLE_NAME, re.DOTALL)
OWNED_RECORD = re.compile(NAME_OR_POINTER + b".{10}", re.DOTALL)
OPT_NUMBERS = Struct("!HIH")  # size, what is the TTL elsewhere, rdata length
RECORD = Struct("!HHIH")  # type, class, TTL, rdata length; behind the name
SOA_NUMBERS = Struct("!I16x")  # the serial, and the four times behind it
RESPONSE = 0x8000
AUTHORITATIVE = 0x0400
TRUNCATED = 0x0200
RECURSION_DESIRED = 0x0100
CHECKING_DISABLED = 0x0010  # RFC 4035, section 3.2.2
OPCODE_SHIFT = 11
MAX_RECORDS = 40  # in a query; each takes 1 µs to pass over, and none is of use
MAX_RECORDS_SIGNED = 4  # where an answer with signatures is asked for, which is dear


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
        """Read the header at the front of a message; WireError when it is cut off."""
        if len(data) < HEADER.size:
            raise WireError(f"a header of {len(data)} octets")
        return tuple.__new__(cls, HEADER.unpack_from(data))

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
    `unknown_key` is the record that answers a signature, whose key nobody knows.
    """

    header: Header
    question: Question
    edns: Edns | None = None
    known_serial: int | None = None
    unknown_key: bytes = b""

    @classmethod
    def from_wire(cls, data: bytes, header: Header | None = None) -> "Query":
        """Read a whole query; records that mean nothing in it are passed over.

        Args:
            data: the message.
            header: its header, where that was read already.
        """
        if header is None:
            header = Header.from_wire(data)
        _, _, questions, answers, authorities, additionals = header
        if questions == 1 and not (answers or authorities) and additionals <= 1:
            usual = _read_usual(data, additionals)
            if usual is not None:
                return tuple.__new__(cls, (header, *usual, None, b""))
        # The counts come first: who trusts them parses for as long as a sender likes.
        if questions != 1:
            raise WireError(f"a query has one question, not {questions}")
        others = answers + authorities
        if others + additionals > MAX_RECORDS:
            raise WireError(f"more than {MAX_RECORDS} records in a query")
        cursor = Cursor(data, HEADER.size)
        question = Question.read(cursor)
        serial = _read_others(cursor, others, question) if others else None
        edns, key = read_additional(cursor, additionals)
        if cursor.remaining:
            raise WireError(f"{cursor.remaining} octets behind the message")
        if edns and edns.dnssec_ok and others + additionals > MAX_RECORDS_SIGNED:
            raise WireError(f"more than {MAX_RECORDS_SIGNED} records, and DO is set")
        return cls(header, question, edns, serial, key)

    def to_wire(self) -> bytes:
        """Return the message; its counts are those of the header."""
        opt = self.edns.to_wire() if self.edns else b""
        return self.header.to_wire() + self.question.to_wire() + opt


def make_query(identifier: int, question: Question, edns: Edns | None = None) -> Query:
    """Return a query with the counts that it needs, without recursion desired."""
    additionals = 0 if edns is None else 1
    return Query(Header(identifier, 0, 1, 0, 0, additionals), question, edns)


def _read_usual(data: bytes, additionals: int) -> tuple[Question, Edns | None] | None:
    """Return what a query asks that has nothing but an OPT record, if that; else None.

    It is the same as what is read step by step, in a third of the time.
    """
    found = USUAL.match(data, HEADER.size)
    if found is None:
        return None
    name, numbers, opt, options = found.groups()
    if len(name) > MAX_NAME_OCTETS or (opt is not None) != additionals:
        return None
    question = tuple.__new__(Question, (name, *QUESTION.unpack(numbers)))
    if opt is None:
        return question, None
    payload_size, ttl, length = OPT_NUMBERS.unpack(opt)
    if length != len(options):
        return None
    return question, Edns.from_fields(payload_size, ttl, options)


def read_additional(cursor: Cursor, count: int) -> tuple[Edns | None, bytes]:
    """Read `count` additional records.

    Returns:
        The OPT record, if there is one, and what answers the TSIG record, if there is.

    Raises:
        WireError: a record is cut off, or the OPT record is not one, at the root.
    """
    edns, key = None, b""
    for left in range(count, 0, -1):
        owner, type_, class_, ttl, data = _read_record(cursor)
        if type_ == Type.OPT:
            # RFC 6891 6.1.1: more than one OPT, or one not at the root, is FORMERR.
            if edns is not None or owner != ROOT:
                raise WireError("more than one OPT record, or one not at the root")
            edns = Edns.from_fields(class_, ttl, data)
        elif type_ == Type.TSIG:
            if left > 1:  # RFC 8945, section 5.1
                raise WireError("a TSIG record that is not the last")
            key = unknown_key(owner, class_, data)
    return edns, key


def _read_others(cursor: Cursor, count: int, question: Question) -> int | None:
    """Read what is no additional record; return the serial of a zone that is known.

    Only who asks for the difference to it has something to say there (RFC 1995).
    """
    serial = None
    for _ in range(count):
        _, type_, _, _, data = _read_record(cursor)
        if type_ in (Type.OPT, Type.TSIG):
            raise WireError("an OPT or TSIG record that is not additional")
        if question.type == Type.IXFR:
            if type_ != Type.SOA or len(data) < SOA_NUMBERS.size:
                raise WireError("no SOA record in a query for a difference")
            [serial] = SOA_NUMBERS.unpack(data[-SOA_NUMBERS.size :])
    return serial


def _read_record(cursor: Cursor) -> tuple[bytes, int, int, int, bytes]:
    """Return a record's owner as it stands there, type, class, TTL and rdata."""
    octets = cursor.take_match(OWNED_RECORD, MAX_NAME_OCTETS + RECORD.size)
    owner = octets[: -RECORD.size]
    type_, class_, ttl, length = RECORD.unpack(octets[-RECORD.size :])
    return owner, type_, class_, ttl, cursor.take(length)

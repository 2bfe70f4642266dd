"""Records as people write them: rdata, and zone files in master-file format.

dnspython reads all that is unusual. It takes 50 µs for a record, so that the lines of
which large zones have a million are read here: one name and one address or host name.
"""

import re
from collections.abc import Iterable, Iterator
from socket import AF_INET, AF_INET6, inet_pton
from typing import NamedTuple

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.tokenizer
import dns.zonefile

from ...wire.dns.codes import Type
from ...wire.dns.names import MAX_LABEL_OCTETS, MAX_NAME_OCTETS, ROOT

# A name, perhaps a TTL in seconds, perhaps the class, type and one word.
PLAIN_LINE = re.compile(
    r"([a-z0-9_*-][a-z0-9_.-]*)[ \t]+(?:(\d+)[ \t]+)?(?:IN[ \t]+)?"
    r"(A|AAAA|NS|CNAME|PTR)[ \t]+([a-z0-9_.:-]+)[ \t]*\n?",
    re.ASCII | re.IGNORECASE,
)
# Whatever can hide or be a parenthesis: an escape, a string, a comment.
PARENTHESES = re.compile(r'\\.|"(?:\\.|[^"\\])*"|;.*|[()]')
# An octet that is no UTF-8, as Python keeps it in a text (PEP 383).
OTHER_OCTET = re.compile("[\udc80-\udcff]")
OTHER_OCTETS_START = 0xDC00
FAMILIES = {"A": AF_INET, "AAAA": AF_INET6}
GENERATED = re.compile(r"\$GENERATE\s+(\d+)-(\d+)", re.ASCII | re.IGNORECASE)
MAX_DIGITS = 15
# By one line, where a slip of the finger easily makes a thousand million.
MAX_GENERATED = 1 << 20
LENGTHS = [bytes([size]) for size in range(MAX_LABEL_OCTETS + 1)]
ROOT_NAME = dns.name.root
MAX_STRING_OCTETS = 255
MAX_TTL_S = 2**31 - 1  # RFC 2181, section 8
# How dnspython's words begin or end, and what says more.
PLAINER_WORDS = {
    "zone file directive '$INCLUDE'": "$INCLUDE: not supported; put its lines here",
    "string too long": "a text of more than 255 octets; cut it into several",
    "does not start with \\#": "no words for this type; write \\# (RFC 3597)",
    "RR class is not": "of another class than IN",
}


class Entry(NamedTuple):
    """A record of a zone file; a tuple, because there may be a million."""

    line: int
    owner: bytes
    type: int
    ttl_s: int
    rdata: bytes


class Unreadable(NamedTuple):
    """An entry that is none."""

    line: int
    what: str


def rdata_from_text(type_: str, text: str) -> bytes:
    """Return rdata in canonical form; ValueError when `text` is none of this type."""
    try:
        rdata = dns.rdata.from_text("IN", type_, text, ROOT_NAME, relativize=False)
    except dns.exception.DNSException as error:
        raise ValueError(f"{text!r} is no {type_} record: {_words(error)}") from error
    return rdata.to_digestable()


def text_rdata(text: str) -> bytes:
    """Return TXT rdata of `text`, cut into strings of 255 octets."""
    octets = text.encode()
    starts = range(0, max(1, len(octets)), MAX_STRING_OCTETS)
    strings = (octets[start : start + MAX_STRING_OCTETS] for start in starts)
    return b"".join(bytes([len(string)]) + string for string in strings)


def read_master_file(lines: Iterable[str], apex: bytes) -> Iterator[Entry | Unreadable]:
    """Yield the records of a zone file, and what in it cannot be read."""
    reader = _MasterFile(apex)
    for number, entry in _entries(lines):
        yield from reader.read(number, entry)


class _MasterFile:
    """A zone file's state between its entries: origin, last name, default TTL."""

    def __init__(self, apex: bytes) -> None:
        self._collected = _Collected()
        origin, _ = dns.name.from_wire(apex, 0)
        self._reader = dns.zonefile.Reader(
            dns.tokenizer.Tokenizer(""),
            dns.rdataclass.IN,
            self._collected,  # type: ignore[arg-type]
        )
        self._reader.current_origin = self._reader.last_name = origin
        self._origin = apex
        self._ttl_s: int | None = None
        self._plain_owner: bytes | None = None

    def read(self, number: int, entry: str) -> Iterator[Entry | Unreadable]:
        """Yield what an entry that begins in line `number` holds."""
        plain = PLAIN_LINE.fullmatch(entry)
        if plain is None or (plain[2] is None and self._ttl_s is None):
            yield from self._read_unusual(number, entry)
            return
        try:
            yield self._read_plain(number, *plain.groups())
        except (ValueError, OSError) as error:
            yield Unreadable(number, f"not readable: {entry.strip()}: {error}")

    def _read_plain(
        self, number: int, owner: str, digits: str | None, type_: str, value: str
    ) -> Entry:
        type_ = type_.upper()
        name = self._name(owner)
        self._plain_owner = name
        ttl_s = self._ttl_s or 0
        if digits is not None:
            ttl_s = self._reader.last_ttl = int(digits)
            self._reader.last_ttl_known = True
        if ttl_s > MAX_TTL_S:
            raise ValueError(f"a TTL of {ttl_s} s, not at most {MAX_TTL_S}")
        family = FAMILIES.get(type_)
        if family is not None:
            return Entry(number, name, Type[type_], ttl_s, inet_pton(family, value))
        return Entry(number, name, Type[type_], ttl_s, self._name(value))

    def _name(self, text: str) -> bytes:
        if ":" in text:
            raise ValueError("an address, not a name")
        octets = text.lower().encode()
        behind = self._origin
        if octets.endswith(b"."):
            octets, behind = octets[:-1], ROOT
        if not octets:
            return ROOT
        labels = octets.split(b".")
        if not 0 < min(map(len, labels)) <= max(map(len, labels)) <= MAX_LABEL_OCTETS:
            raise ValueError(f"a label is not of 1 to {MAX_LABEL_OCTETS} octets")
        name = b"".join([LENGTHS[len(label)] + label for label in labels]) + behind
        if len(name) > MAX_NAME_OCTETS:
            raise ValueError(f"a name is longer than {MAX_NAME_OCTETS} octets")
        return name

    def _read_unusual(self, number: int, entry: str) -> Iterator[Entry | Unreadable]:
        if _generates_too_many(entry):
            yield Unreadable(number, f"more than {MAX_GENERATED} records of one line")
            return
        reader = self._reader
        if self._plain_owner is not None:
            reader.last_name, _ = dns.name.from_wire(self._plain_owner, 0)
            self._plain_owner = None
        entry = OTHER_OCTET.sub(_escaped, entry)
        reader.tok = dns.tokenizer.Tokenizer(entry, filename="")
        try:
            reader.read()
        except (dns.exception.DNSException, ValueError) as error:
            yield Unreadable(number, _words(error))
            self._collected.records.clear()
            return
        if entry.upper().startswith("$TTL"):
            self._ttl_s = reader.default_ttl
        if reader.current_origin is not None:
            self._origin = reader.current_origin.to_digestable()
        for owner, ttl_s, rdata in self._collected.take():
            if ttl_s > MAX_TTL_S:
                yield Unreadable(number, f"a TTL of {ttl_s} s, not at most {MAX_TTL_S}")
                continue
            yield Entry(
                number,
                owner.to_digestable(),
                rdata.rdtype,
                ttl_s,
                rdata.to_digestable(),
            )


class _Collected:
    """Stands where dnspython's reader wants a transaction, and keeps the records."""

    def __init__(self) -> None:
        self.manager = self
        self.records: list[tuple[dns.name.Name, int, dns.rdata.Rdata]] = []

    def origin_information(self) -> tuple[dns.name.Name, bool, dns.name.Name]:
        """Say that names are absolute, and that none is outside."""
        return ROOT_NAME, False, ROOT_NAME

    def check_put_rdataset(self, check: object) -> None:
        """Take no check: the zone is checked as a whole."""

    def _set_origin(self, origin: dns.name.Name) -> None:
        """Do nothing: the reader knows its origin by itself."""

    def add(self, name: dns.name.Name, ttl_s: int, rdata: dns.rdata.Rdata) -> None:
        """Keep a record."""
        self.records.append((name, ttl_s, rdata))

    def take(self) -> list[tuple[dns.name.Name, int, dns.rdata.Rdata]]:
        """Return the records and forget them."""
        taken, self.records = self.records, []
        return taken


def _entries(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield entries and their first lines: parentheses join lines (RFC 1035, 5.1)."""
    first, depth = 0, 0
    parts: list[str] = []
    for number, line in enumerate(lines, 1):
        if not depth:
            if PLAIN_LINE.fullmatch(line):
                yield number, line
                continue
            first, parts = number, []
        parts.append(line)
        for found in PARENTHESES.findall(line):
            depth += (found == "(") - (found == ")")
        if depth <= 0:
            depth = 0
            yield first, "".join(parts)
    if depth:
        yield first, "".join(parts)


def _generates_too_many(entry: str) -> bool:
    span = GENERATED.match(entry)
    if span is None:
        return False
    start, stop = span[1], span[2]
    if len(stop) > MAX_DIGITS:
        return True
    return int(stop) - int(start[:MAX_DIGITS]) >= MAX_GENERATED


def _escaped(octet: re.Match[str]) -> str:
    return f"\\{ord(octet[0]) - OTHER_OCTETS_START:03d}"


def _words(error: Exception) -> str:
    """Return what dnspython says, without the place, which it does not know."""
    text = str(error)
    for theirs, plainer in PLAINER_WORDS.items():
        if theirs in text:
            return plainer
    return re.sub(r"^:\d+: ", "", text) or type(error).__name__

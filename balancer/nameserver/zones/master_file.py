"""Zone files in master-file format (RFC 1035, section 5), and what they include.

dnspython reads all that is unusual. It takes 50 µs for a record, so that the lines of
which large zones have a million are read here: one name and one address or host name.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from socket import AF_INET, AF_INET6, inet_pton
from typing import NamedTuple, Protocol

import dns.exception
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.tokenizer
import dns.zonefile

from ...wire.dns.codes import Type
from ...wire.dns.names import MAX_LABEL_OCTETS, MAX_NAME_OCTETS, ROOT
from .collected import Collected
from .generate import generated
from .lines import GENERATING, INCLUDING, PLAIN_LINE, entries
from .text import TOO_LONG, cut_texts, plainer_words

# An octet that is no UTF-8, as Python keeps it in a text (PEP 383).
OTHER_OCTET = re.compile("[\udc80-\udcff]")
OTHER_OCTETS_START = 0xDC00
FAMILIES = {"A": AF_INET, "AAAA": AF_INET6}
LENGTHS = [bytes([size]) for size in range(MAX_LABEL_OCTETS + 1)]
MAX_INCLUDED = 1 << 16  # files of one zone: each may include many
DIRECTIVES = {"$ORIGIN", "$TTL"}  # that are left to dnspython
MAX_TOLD = 80  # characters of an entry
MAX_TTL_S = 2**31 - 1  # RFC 2181, section 8


class Entry(NamedTuple):
    """A record of a zone file; a tuple, because there may be a million."""

    file: str
    line: int
    owner: bytes
    type: int
    ttl_s: int
    rdata: bytes


class Unreadable(NamedTuple):
    """An entry that is none."""

    file: str
    line: int
    what: str


class MasterFile(Protocol):
    """A file that can be read, and knows where those are that it includes."""

    @property
    def name(self) -> str:
        """What people call it."""

    def lines(self) -> Iterable[str]:
        """Read it; OSError when that fails."""

    def included(self, name: str) -> "MasterFile":
        """Return the file that it includes by this name; ValueError if it may not."""


def read_master_file(file: MasterFile, apex: bytes) -> Iterator[Entry | Unreadable]:
    """Yield the records of a zone file, and what in it cannot be read.

    Raises:
        OSError: the file itself cannot be read.
    """
    reader = _Reader(apex)
    yield from _read(reader, file)


def _read(reader: "_Reader", file: MasterFile) -> Iterator[Entry | Unreadable]:
    for number, entry in entries(file.lines()):
        if not entry.startswith("$"):
            yield from reader.read(file.name, number, entry)
        elif INCLUDING.match(entry):
            yield from _read_included(reader, file, number, entry)
        elif GENERATING.match(entry):
            yield from _read_generated(reader, file.name, number, entry)
        else:
            yield from reader.read(file.name, number, entry)


def _read_included(
    reader: "_Reader", file: MasterFile, number: int, entry: str
) -> Iterator[Entry | Unreadable]:
    name = ""
    try:
        name, origin = reader.read_include(entry)
        other = file.included(name)
        with reader.elsewhere(origin):
            yield from _read(reader, other)
    except (dns.exception.DNSException, ValueError) as error:
        what = f"$INCLUDE {name}".strip()
        yield Unreadable(file.name, number, f"{what}: {plainer_words(error)}")
    except OSError as error:
        what = f"$INCLUDE {name}: cannot be read: {error.strerror}"
        yield Unreadable(file.name, number, what)


def _read_generated(
    reader: "_Reader", file: str, number: int, entry: str
) -> Iterator[Entry | Unreadable]:
    with reader.elsewhere(None):
        try:
            for line in generated(entry):
                for found in reader.read(file, number, line):
                    yield found
                    if isinstance(found, Unreadable):
                        return  # the others are like it
        except ValueError as error:
            yield _unreadable(file, number, entry, error)


class _Reader:
    """What holds from entry to entry: origin, last name, default TTL."""

    def __init__(self, apex: bytes) -> None:
        self._collected = Collected()
        origin, _ = dns.name.from_wire(apex, 0)
        self._reader = dns.zonefile.Reader(
            dns.tokenizer.Tokenizer(""),
            dns.rdataclass.IN,
            self._collected,  # type: ignore[arg-type]
            allow_directives=DIRECTIVES,
        )
        self._reader.current_origin = self._reader.last_name = origin
        self._origin = apex
        self._ttl_s: int | None = None
        self._plain_owner: bytes | None = None
        self._included = 0

    def read_include(self, entry: str) -> tuple[str, dns.name.Name | None]:
        """Return the file's name and, if it is given, the origin it begins with.

        Raises:
            DNSException, ValueError: the entry is wrong.
        """
        self._included += 1
        if self._included > MAX_INCLUDED:
            raise ValueError(f"more than {MAX_INCLUDED} files; join some")
        tokens = dns.tokenizer.Tokenizer(entry, filename="")
        tokens.get()
        file = tokens.get()
        if not (file.is_identifier() or file.is_quoted_string()):
            raise ValueError("no file; write its name behind")
        origin = tokens.get()
        if origin.is_eol_or_eof():
            return file.unescape().value, None
        name = tokens.as_name(origin, self._reader.current_origin)
        tokens.get_eol()
        return file.unescape().value, name

    @contextmanager
    def elsewhere(self, origin: dns.name.Name | None) -> Iterator[None]:
        """Read another file in between, which changes neither origin nor last name.

        A default TTL that it sets stays, as in BIND, NSD and PowerDNS.
        """
        self._settle()
        reader = self._reader
        here = self._origin, reader.current_origin, reader.last_name
        if origin is not None:
            self._origin, reader.current_origin = origin.to_digestable(), origin
        try:
            yield
        finally:
            self._plain_owner = None
            self._origin, reader.current_origin, reader.last_name = here

    def read(self, file: str, number: int, entry: str) -> Iterator[Entry | Unreadable]:
        """Yield what an entry that begins in line `number` holds."""
        plain = PLAIN_LINE.fullmatch(entry)
        if plain is None or (plain[2] is None and self._ttl_s is None):
            yield from self._read_unusual(file, number, entry)
            return
        try:
            yield Entry(file, number, *self._read_plain(*plain.groups()))
        except (ValueError, OSError) as error:
            yield _unreadable(file, number, entry, error)

    def _read_plain(
        self, owner: str, digits: str | None, type_: str, value: str
    ) -> tuple[bytes, int, int, bytes]:
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
            return name, Type[type_], ttl_s, inet_pton(family, value)
        return name, Type[type_], ttl_s, self._name(value)

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

    def _settle(self) -> None:
        """Tell dnspython's reader which owner came last."""
        if self._plain_owner is not None:
            self._reader.last_name, _ = dns.name.from_wire(self._plain_owner, 0)
            self._plain_owner = None

    def _read_unusual(
        self, file: str, number: int, entry: str
    ) -> Iterator[Entry | Unreadable]:
        reader = self._reader
        self._settle()
        try:
            self._collect(OTHER_OCTET.sub(_escaped, entry))
        except (dns.exception.DNSException, ValueError) as error:
            yield _unreadable(file, number, entry, error)
            self._collected.records.clear()
            return
        if entry.upper().startswith("$TTL"):
            self._ttl_s = reader.default_ttl
        if reader.current_origin is not None:
            self._origin = reader.current_origin.to_digestable()
        for owner, ttl_s, rdata in self._collected.take():
            if ttl_s > MAX_TTL_S:
                what = f"a TTL of {ttl_s} s, not at most {MAX_TTL_S}"
                yield Unreadable(file, number, what)
                continue
            yield Entry(
                file,
                number,
                owner.to_digestable(),
                rdata.rdtype,
                ttl_s,
                rdata.to_digestable(),
            )

    def _collect(self, entry: str) -> None:
        """Have dnspython read an entry; if need be, with its texts cut."""
        self._reader.tok = dns.tokenizer.Tokenizer(entry, filename="")
        try:
            self._reader.read()
        except dns.exception.DNSException as error:
            shorter = cut_texts(entry) if TOO_LONG in str(error) else entry
            if shorter == entry:
                raise
            try:
                self._collect(shorter)
            except dns.exception.DNSException:  # of a type that has no more strings
                raise error from None


def _escaped(octet: re.Match[str]) -> str:
    return f"\\{ord(octet[0]) - OTHER_OCTETS_START:03d}"


def _unreadable(file: str, number: int, entry: str, error: Exception) -> Unreadable:
    text = " ".join(entry.split())
    if len(text) > MAX_TOLD:
        text = text[:MAX_TOLD] + "..."
    return Unreadable(file, number, f"not readable: {text}: {plainer_words(error)}")

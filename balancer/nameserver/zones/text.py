"""Rdata as people write it, and what dnspython says of what is none."""

import re

import dns.exception
import dns.name
import dns.rdata

ROOT_NAME = dns.name.root
MAX_STRING_OCTETS = 255
# A comment, a string in quotes, or a word; and what of them is one octet or letter.
WORD = re.compile(r';[^\n]*|"((?:\\.|[^"\\])*)"|(?:\\.|[^\s"();\\])+', re.S)
UNIT = re.compile(r"\\\d{3}|\\.|.", re.S)
TOO_LONG = "string too long"
# How dnspython's words begin or end, and what says more.
PLAINER_WORDS = {
    TOO_LONG: "a text of more than 255 octets; cut it into several",
    "does not start with \\#": "no words for this type; write \\# (RFC 3597)",
    "RR class is not": "of another class than IN",
    "is not allowed": "there are $GENERATE, $INCLUDE, $ORIGIN and $TTL alone",
    "illegal IP address": "no address of this family",
    "expecting a": "a word is missing, or is none of this type",
    "expecting another": "a word is missing",
    "Missing default TTL": "no TTL, and none before it; begin with $TTL 1h",
    "Text input ended": "a word is missing",
}


def rdata_from_text(type_: str, text: str) -> bytes:
    """Return rdata in canonical form; ValueError when `text` is none of this type."""
    if "\n" in text:
        raise ValueError(f"{text!r} has several lines; write a record for each")
    try:
        rdata = dns.rdata.from_text("IN", type_, text, ROOT_NAME, relativize=False)
    except dns.exception.DNSException as error:
        words = plainer_words(error)
        raise ValueError(f"{text!r} is no {type_} record: {words}") from error
    return rdata.to_digestable()


def text_rdata(text: str) -> bytes:
    """Return TXT rdata of `text`, cut into strings of 255 octets."""
    octets = text.encode()
    starts = range(0, max(1, len(octets)), MAX_STRING_OCTETS)
    strings = (octets[start : start + MAX_STRING_OCTETS] for start in starts)
    return b"".join(bytes([len(string)]) + string for string in strings)


def cut_texts(entry: str) -> str:
    """Return an entry with its long texts cut into strings of at most 255 octets."""
    return WORD.sub(_cut, entry)


def _cut(word: re.Match[str]) -> str:
    text = word[0] if word[1] is None else word[1]
    pieces, room = [""], MAX_STRING_OCTETS
    for unit in UNIT.findall(text):
        octets = 1 if unit[0] == "\\" else len(unit.encode(errors="surrogateescape"))
        if octets > room:
            pieces.append("")
            room = MAX_STRING_OCTETS
        pieces[-1] += unit
        room -= octets
    if len(pieces) == 1 or text.startswith(";"):
        return word[0]
    return " ".join(f'"{piece}"' for piece in pieces)


def plainer_words(error: Exception) -> str:
    """Return what dnspython says, without the place, which it does not know."""
    text = str(error)
    for theirs, plainer in PLAINER_WORDS.items():
        if theirs in text:
            return plainer
    return re.sub(r"^:\d+: ", "", text) or type(error).__name__

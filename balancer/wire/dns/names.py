"""Domain names in wire format: uncompressed labels, each with its length octet.

A name is `bytes` and ends with the root's zero octet. `bytes.lower` folds its case
(RFC 4343) and leaves length octets alone, since they are at most 63.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from ..cursor import Cursor

ROOT = b"\0"
WILDCARD = b"\1*"
MAX_NAME_OCTETS = 255
MAX_LABEL_OCTETS = 63
# Labels, each behind its length. The length decides which one alone can match, so that
# nothing is tried twice, and a sender's choice of labels is read at the speed of C.
_LABELS = b"|".join(b"\\x%02x.{%d}" % (n, n) for n in range(1, MAX_LABEL_OCTETS + 1))
WHOLE_NAME = b"(?:%s)*+\\x00" % _LABELS
NAME = re.compile(WHOLE_NAME, re.DOTALL)
# The top bits of a length octet start a compression pointer (RFC 1035, 4.1.4).
NAME_OR_POINTER = b"(?:%s)*+(?:\\x00|[\\xc0-\\xff].)" % _LABELS


def name_from_text(text: str) -> bytes:
    """Return the lower-case wire form of a host-like name; "." is the root.

    Raises:
        ValueError: a label is empty, too long or not ASCII, or the name is too long.
    """
    if text in ("", "."):
        return ROOT
    labels = [_label(label, text) for label in text.lower().rstrip(".").split(".")]
    name = b"".join(bytes([len(label)]) + label for label in labels) + ROOT
    if len(name) > MAX_NAME_OCTETS:
        raise ValueError(f"{text!r} is longer than {MAX_NAME_OCTETS} octets")
    return name


def name_to_text(name: bytes) -> str:
    """Return a name as people write it, without the last dot; the root is "."."""
    if name == ROOT:
        return "."
    labels = [suffix[1 : 1 + suffix[0]] for suffix in suffixes(name)][:-1]
    return ".".join(label.decode("ascii", "backslashreplace") for label in labels)


def suffixes(name: bytes) -> Iterator[bytes]:
    """Return the name itself, then its ancestors, up to and with the root."""
    return (name[start:] for start in label_starts(name))


@lru_cache(maxsize=256)  # who answers a query needs them of its name several times
def label_starts(name: bytes) -> tuple[int, ...]:
    """Return the offset of each label, the root's too: where the suffixes start."""
    starts = []
    start = 0
    while size := name[start]:
        starts.append(start)
        start += 1 + size
    starts.append(start)
    return tuple(starts)


def parent(name: bytes) -> bytes:
    """Return the name without its first label; the root is its own parent."""
    return name[1 + name[0] :] or ROOT


def read_name(cursor: Cursor) -> bytes:
    """Read a name that must not be compressed, as in a question.

    A query's name comes first in the message, so that a pointer in it could only
    point into the header or forward: both are malformed (RFC 1035 4.1.4).
    """
    return cursor.take_match(NAME, MAX_NAME_OCTETS)


def _label(label: str, name: str) -> bytes:
    if not label or len(label) > MAX_LABEL_OCTETS:
        raise ValueError(f"{name!r} has a label of {len(label)} octets, not 1 to 63")
    if not label.isascii() or not label.isprintable() or " " in label:
        raise ValueError(f"{name!r} has a label that is not printable ASCII: {label!r}")
    return label.encode()

"""Domain names in wire format: uncompressed labels, each with its length octet.

A name is `bytes` and ends with the root's zero octet. `bytes.lower` folds its case
(RFC 4343) and leaves length octets alone, since they are at most 63.
"""

from collections.abc import Iterator

from ...errors import WireError
from ..cursor import Cursor

ROOT = b"\0"
MAX_NAME_OCTETS = 255
MAX_LABEL_OCTETS = 63
POINTER = 0xC0  # top bits of a length octet that starts a compression pointer


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
    """Yield the name itself, then its ancestors, up to and with the root."""
    start = 0
    while name[start]:
        yield name[start:]
        start += 1 + name[start]
    yield ROOT


def parent(name: bytes) -> bytes:
    """Return the name without its first label; the root is its own parent."""
    return name[1 + name[0] :] or ROOT


def read_name(cursor: Cursor) -> bytes:
    """Read a name that must not be compressed, as in a question.

    A query's name comes first in the message, so that a pointer in it could only
    point into the header or forward: both are malformed (RFC 1035 4.1.4).
    """
    labels = []
    octets = 0
    while True:
        length = cursor.take(1)
        size = length[0]
        if size > MAX_LABEL_OCTETS:
            raise WireError(f"label type {size:#x} in a name that may have none")
        octets += 1 + size
        if octets > MAX_NAME_OCTETS:
            raise WireError(f"name longer than {MAX_NAME_OCTETS} octets")
        labels.append(length + cursor.take(size))
        if size == 0:
            return b"".join(labels)


def skip_name(cursor: Cursor) -> None:
    """Move behind a name that may end in a compression pointer; never follow it."""
    while size := cursor.take(1)[0]:
        if size >= POINTER:
            cursor.take(1)
            return
        if size > MAX_LABEL_OCTETS:
            raise WireError(f"label type {size:#x} is unknown")
        cursor.take(size)


def _label(label: str, name: str) -> bytes:
    if not label or len(label) > MAX_LABEL_OCTETS:
        raise ValueError(f"{name!r} has a label of {len(label)} octets, not 1 to 63")
    if not label.isascii() or not label.isprintable() or " " in label:
        raise ValueError(f"{name!r} has a label that is not printable ASCII: {label!r}")
    return label.encode()

"""A message under construction, with name compression (RFC 1035, section 4.1.4)."""

from .names import ROOT, label_starts

POINTER = 0xC000
MAX_POINTER = 0x3FFF
QUESTION_START = 12  # behind the header
MAX_ASKED_SUFFIXES = 8  # all that records are likely to share with a question


class Writer:
    """Octets from the start of a message on, and where names stand in them."""

    __slots__ = ("_offsets", "octets")

    def __init__(self, octets: bytes = b"") -> None:
        self.octets = bytearray(octets)
        self._offsets: dict[bytes, int] = {}

    def put(self, data: bytes) -> None:
        """Append `data` as it is."""
        self.octets += data

    def put_question_name(self, name: bytes) -> None:
        """Append the first name of a message, as it is.

        Only the whole name and its last suffixes are pointed to later: a sender may
        ask for 127 labels, and remembering each would cost more than answering.
        """
        start = len(self.octets)
        folded = name.lower()
        kept = label_starts(name)[:-1]
        for offset in {*kept[:1], *kept[-MAX_ASKED_SUFFIXES:]}:
            self._offsets[folded[offset:]] = start + offset
        self.octets += name

    def put_name(self, name: bytes) -> None:
        """Append a name, as a pointer from the first label on that was written before.

        A pointer takes over the case of what it points to: in a response to a query
        with 0x20 case, that is the question's.
        """
        folded = name.lower()
        offsets, octets = self._offsets, self.octets
        start = 0
        while size := name[start]:
            suffix = folded[start:]
            offset = offsets.get(suffix)
            if offset is not None:
                octets += (POINTER | offset).to_bytes(2, "big")
                return
            if len(octets) <= MAX_POINTER:
                offsets[suffix] = len(octets)
            octets += name[start : start + 1 + size]
            start += 1 + size
        octets += ROOT

    def is_question(self, name: bytes) -> bool:
        """Say whether a lower-case name is the question's, and not the root."""
        return self._offsets.get(name) == QUESTION_START

    def reserve_length(self) -> int:
        """Append room for a 16-bit length and return where it is."""
        self.octets += b"\0\0"
        return len(self.octets) - 2

    def fill_length(self, place: int) -> None:
        """Write at `place` how many octets have come behind it."""
        length = len(self.octets) - place - 2
        self.octets[place : place + 2] = length.to_bytes(2, "big")


class PlainWriter(Writer):
    """Octets with whole names in lower case, as they are signed (RFC 4034, 6.2)."""

    __slots__ = ()

    def put_name(self, name: bytes) -> None:
        """Append a name as it is, in lower case."""
        self.octets += name.lower()
